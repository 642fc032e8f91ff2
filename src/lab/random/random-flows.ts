import type { LabFlow } from '../flow.ts';
import { twinOf } from './ipv6/twin-text.ts';
import type { Random } from './random.ts';
import { MARKS } from './random-routing.ts';
import { HOST_PORT } from './rules/cni-portmap.ts';
import { DOCKER_PORT } from './rules/docker.ts';
import { BOUND_PORT, MACVLAN, macvlanAddress, NODE_LOCAL, OPEN_PORTS, type Site } from './site.ts';

/** Who sends, and the addresses and devices its socket may be bound to. */
interface Client {
  readonly name: string;
  readonly addresses: readonly string[];
  readonly devices: readonly string[];
}

interface Target {
  readonly to: string;
  readonly port: number;
  readonly protocol: LabFlow['protocol'] | null;
}

/** Draws flows whose source ports differ, so that no connection is another one's. */
export function randomFlows(random: Random, site: Site, count: number): readonly LabFlow[] {
  const clients = clientsOf(site);
  const targets = targetsOf(site);
  return Array.from({ length: count }, (_, i): LabFlow => {
    const client = random.weighted(clients);
    const target = random.weighted(targets);
    const protocol =
      target.protocol ??
      random.weighted<LabFlow['protocol']>([
        [6, 'tcp'],
        [2, 'udp'],
        [2, 'icmp'],
      ]);
    const port = protocol === 'icmp' ? 0 : target.port;
    const drawn: LabFlow = {
      id: `f${i}`,
      from: client.name,
      protocol,
      to: target.to,
      port,
      ...bindings(random, client),
      ...(protocol === 'icmp' ? {} : { sourcePort: 41_000 + i }),
      ...(random.chance(0.05) ? { mark: Number(random.pick(MARKS).replace(/\/.*/, '')) } : {}),
      payload: payloadOf(random, site, protocol),
    };
    return site.dual && random.chance(0.6) ? twinFlow(drawn) : drawn;
  });
}

/** The same flow of IPv6. */
function twinFlow(flow: LabFlow): LabFlow {
  const { to, source } = flow;
  return { ...flow, to: twinOf(to), ...(source === undefined ? {} : { source: twinOf(source) }) };
}

/** Bytes as ping and the model's datagrams have them; TCP's come after the handshake. */
function payloadOf(random: Random, site: Site, protocol: LabFlow['protocol']): number {
  switch (protocol) {
    case 'tcp':
      // A relay passes packets on after a while: data would then meet the handshake's last packet.
      return site.overlay !== 'flannel-udp' && random.chance(0.3) ? 1 + random.below(3_000) : 0;
    case 'udp':
      return 5;
    case 'icmp':
      return 56;
  }
}

function bindings(random: Random, client: Client): Pick<LabFlow, 'source' | 'device'> {
  const source = random.chance(0.15) ? { source: random.pick(client.addresses) } : {};
  const device = random.chance(0.1) ? { device: random.pick(client.devices) } : {};
  return { ...source, ...device };
}

function clientsOf(site: Site): readonly (readonly [weight: number, client: Client])[] {
  const pods = site.pods.map(
    ({ name, address }) => [3, { name, addresses: [address], devices: ['eth0'] }] as const,
  );
  const nodes = site.nodes.map((node) => {
    const { name, nics, podNet } = node;
    const isBridged = site.pods.some((pod) => pod.node === name && pod.bridge === 'cni0');
    const overlay = overlayDevice(site);
    return [
      3,
      {
        name,
        addresses: [
          ...nics.map(({ address }) => address),
          ...(isBridged ? [`${podNet}.1`] : []),
          ...(overlay ? [`${podNet}.0`] : []),
          ...(site.macvlan ? [macvlanAddress(node)] : []),
          '127.0.0.1',
        ],
        devices: [
          ...nics.map(({ device }) => device),
          ...(isBridged ? ['cni0'] : []),
          ...(overlay ? [overlay] : []),
          ...(site.macvlan ? [MACVLAN] : []),
          'lo',
        ],
      },
    ] as const;
  });
  const others = [...site.hosts, ...(site.gateway ? [site.gateway] : [])].map(
    ({ name, nics }) =>
      [
        2,
        {
          name,
          addresses: nics.map(({ address }) => address),
          devices: nics.map(({ device }) => device),
        },
      ] as const,
  );
  const far = site.gateway
    ? ([
        [
          0.7,
          { name: site.gateway.far.name, addresses: [site.gateway.far.address], devices: ['eth0'] },
        ],
      ] as const)
    : [];
  return [...pods, ...nodes, ...others, ...far];
}

function overlayDevice({ overlay }: Site): string | null {
  if (overlay === 'vxlan') return 'flannel.1';
  return overlay === 'flannel-udp' ? 'flannel0' : null;
}

function targetsOf(site: Site): readonly (readonly [weight: number, target: Target])[] {
  const open = (to: string): Target => ({ to, port: OPEN_PORTS[0], protocol: null });
  const services = site.services.flatMap((service) => {
    const { protocol, port, clusterIp, nodePort, externalIp } = service;
    const own: (readonly [number, Target])[] = [[4, { to: clusterIp, port, protocol }]];
    if (externalIp) own.push([2, { to: externalIp, port, protocol }]);
    if (nodePort) {
      for (const { nics } of site.nodes) {
        own.push([1.5, { to: nics[0].address, port: nodePort, protocol }]);
      }
      own.push([0.4, { to: '127.0.0.1', port: nodePort, protocol }]);
    }
    own.push([0.3, { to: clusterIp, port: port + 1, protocol: null }]);
    return own;
  });
  const nodes = site.nodes.flatMap((node) => {
    const { nics, podNet } = node;
    return [
      ...nics.map(({ address }) => [1.5, open(address)] as const),
      ...(site.macvlan ? [[1.5, open(macvlanAddress(node))] as const] : []),
      ...(site.nodeLocal ? [[0.6, open(NODE_LOCAL)] as const] : []),
      [0.3, open(`${podNet}.1`)] as const,
      [0.4, { to: nics[0].address, port: HOST_PORT, protocol: 'tcp' }] as const,
      [0.3, { to: nics[0].address, port: DOCKER_PORT, protocol: 'tcp' }] as const,
      [0.3, { to: nics[0].address, port: 9999, protocol: null }] as const,
      ...nics.map(
        ({ address }) => [0.6, { to: address, port: BOUND_PORT, protocol: null }] as const,
      ),
      [0.3, { to: `${podNet}.77`, port: 8080, protocol: null }] as const,
    ];
  });
  const pods = site.pods.flatMap(({ address }) => [
    [3, open(address)] as const,
    [0.5, { to: address, port: 53, protocol: null }] as const,
    [0.4, { to: address, port: 9999, protocol: null }] as const,
    [0.6, { to: address, port: BOUND_PORT, protocol: null }] as const,
  ]);
  const hosts = site.hosts.flatMap(({ nics }) =>
    nics.map(({ address }) => [2, open(address)] as const),
  );
  const gateway = site.gateway
    ? ([
        [2, open(site.gateway.far.address)],
        [0.5, open(site.gateway.nics[0].address)],
      ] as const)
    : [];
  const strangers = ['192.168.7.200', '10.244.9.9', '203.0.113.140', '100.64.1.1', '127.0.0.1'];
  return [
    ...services,
    ...nodes,
    ...pods,
    ...hosts,
    ...gateway,
    ...strangers.map((to) => [0.3, open(to)] as const),
  ];
}
