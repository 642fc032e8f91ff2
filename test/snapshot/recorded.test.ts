import { describe, expect, test } from 'vitest';
import { serviceName } from '../../src/kube/service.ts';
import { formatAddress } from '../../src/packet/address.ts';
import { netnsKey } from '../../src/packet/place.ts';
import { formatPrefix } from '../../src/packet/prefix.ts';
import { assembleWith } from '../../src/snapshot/assemble-with.ts';
import type { Snapshot } from '../../src/snapshot/snapshot.ts';
import { FOLDERS, readFolder } from './read-folder.ts';
import { WITHOUT_RULES } from './without-rules.ts';

const load = (folder: string) => assembleWith(readFolder(folder), WITHOUT_RULES);

/** What each recording holds: captured and assumed namespaces, and facts of the captured ones. */
function counts({ network, kube, notes }: Snapshot): string {
  const states = [...network.namespaces.values()];
  const captured = states.filter((state) => state.origin.kind === 'captured');
  const sum = (of: (state: (typeof captured)[number]) => number): number =>
    captured.reduce((total, state) => total + of(state), 0);
  return [
    `netns ${captured.length}+${states.length - captured.length}`,
    `wires ${network.wires.length}`,
    `devices ${sum((s) => s.devices?.filter((d) => d.source !== null).length ?? 0)}`,
    `routes ${sum((s) => s.routing.routes?.length ?? 0)}`,
    `rules ${sum((s) => s.routing.rules?.length ?? 0)}`,
    `conntrack ${sum((s) => s.conntrack?.length ?? 0)}`,
    `sockets ${sum((s) => s.sockets?.length ?? 0)}`,
    `neighbours ${sum((s) => s.neighbours?.length ?? 0)}`,
    `services ${kube.services?.length ?? 0}`,
    `endpoints ${kube.endpoints?.length ?? 0}`,
    `notes ${notes.length}`,
  ].join(', ');
}

test('every recording is read without a lost fact', () => {
  const table = FOLDERS.map((folder) => {
    const { value, issues } = load(folder);
    const lost = issues.filter((issue) => issue.severity !== 'info');
    expect(lost, folder).toEqual([]);
    return `${folder}: ${counts(value)}`;
  });
  expect(table).toMatchInlineSnapshot(`
    [
      "cni-111: netns 2+2, wires 2, devices 7, routes 38, rules 6, conntrack 7, sockets 0, neighbours 7, services 0, endpoints 0, notes 3",
      "cni-191nft: netns 2+2, wires 2, devices 7, routes 38, rules 6, conntrack 7, sockets 0, neighbours 7, services 0, endpoints 0, notes 3",
      "flannel-kubesubnetmgr-vxlan-dualstack: netns 2+1, wires 0, devices 8, routes 58, rules 6, conntrack 18, sockets 12, neighbours 8, services 27, endpoints 48, notes 45",
      "flows-iptables-1.36.3-vxlan: netns 2+42, wires 41, devices 51, routes 230, rules 6, conntrack 13, sockets 12, neighbours 49, services 27, endpoints 48, notes 45",
      "flows-nftables-1.36.3-vxlan: netns 2+42, wires 41, devices 51, routes 230, rules 6, conntrack 11, sockets 12, neighbours 49, services 27, endpoints 48, notes 45",
      "iptables-1.20.2-clustercidr: netns 1+1, wires 0, devices 2, routes 16, rules 3, conntrack 5, sockets 18, neighbours 3, services 27, endpoints 48, notes 24",
      "iptables-1.20.2-nocidr: netns 1+1, wires 0, devices 2, routes 16, rules 3, conntrack 6, sockets 17, neighbours 2, services 27, endpoints 48, notes 24",
      "iptables-1.30.3-clustercidr: netns 1+1, wires 0, devices 2, routes 16, rules 3, conntrack 5, sockets 4, neighbours 2, services 27, endpoints 48, notes 24",
      "iptables-1.30.3-masqall: netns 1+1, wires 0, devices 2, routes 16, rules 3, conntrack 5, sockets 4, neighbours 2, services 27, endpoints 48, notes 24",
      "iptables-1.36.3-clustercidr: netns 1+1, wires 0, devices 2, routes 16, rules 3, conntrack 7, sockets 4, neighbours 2, services 27, endpoints 48, notes 24",
      "iptables-1.36.3-clustercidr-legacy: netns 1+1, wires 0, devices 2, routes 16, rules 3, conntrack 7, sockets 4, neighbours 2, services 27, endpoints 48, notes 24",
      "iptables-1.36.3-local-bridge: netns 1+1, wires 0, devices 2, routes 16, rules 3, conntrack 6, sockets 4, neighbours 2, services 27, endpoints 48, notes 24",
      "iptables-1.36.3-nocidr: netns 1+1, wires 0, devices 2, routes 16, rules 3, conntrack 6, sockets 4, neighbours 2, services 27, endpoints 48, notes 24",
      "nftables-1.30.3-clustercidr: netns 1+1, wires 0, devices 2, routes 16, rules 3, conntrack 5, sockets 4, neighbours 2, services 27, endpoints 48, notes 24",
      "nftables-1.36.3-clustercidr: netns 1+1, wires 0, devices 2, routes 16, rules 3, conntrack 6, sockets 4, neighbours 2, services 27, endpoints 48, notes 24",
      "nftables-1.36.3-masqall: netns 1+1, wires 0, devices 2, routes 16, rules 3, conntrack 5, sockets 4, neighbours 2, services 27, endpoints 48, notes 24",
      "seed-udp-clustercidr-rpf1: netns 3+42, wires 42, devices 16, routes 90, rules 9, conntrack 27, sockets 12, neighbours 17, services 27, endpoints 48, notes 47",
      "seed-udp-ipmasq-rpf1: netns 3+42, wires 42, devices 16, routes 90, rules 9, conntrack 32, sockets 12, neighbours 17, services 27, endpoints 48, notes 47",
      "seed-udp-nomasq-rpf0: netns 3+42, wires 42, devices 13, routes 78, rules 9, conntrack 38, sockets 12, neighbours 14, services 27, endpoints 48, notes 47",
      "seed-udp-nomasq-rpf1: netns 3+42, wires 42, devices 13, routes 78, rules 9, conntrack 47, sockets 12, neighbours 14, services 27, endpoints 48, notes 47",
      "seed-vxlan-nomasq-rpf1: netns 3+42, wires 42, devices 16, routes 90, rules 9, conntrack 43, sockets 12, neighbours 19, services 27, endpoints 48, notes 45",
    ]
  `);
});

const UDP = FOLDERS.filter((folder) => folder.startsWith('seed-udp-'));

describe.each(UDP)('%s', (folder) => {
  const { network, notes, pods } = load(folder).value;

  test.each([
    ['n1', '10.244.2.0/24 at 192.168.10.12 of n2'],
    ['n2', '10.244.1.0/24 at 192.168.10.11 of n1'],
  ])('flannel on %s has the lease %s, and it is noted as inferred', (node, lease) => {
    const device = network.namespaces.get(node)?.devices?.find((d) => d.name === 'flannel0');
    const reader = device?.details.kind === 'tun' ? device.details.tun.reader : null;
    expect(reader).toMatchObject({ kind: 'flannel-udp', port: 8285 });
    const leases = reader?.kind === 'flannel-udp' ? reader.leases : [];
    expect(
      leases.map(
        (l) => `${formatPrefix(l.subnet)} at ${formatAddress(l.publicAddress)} of ${l.node}`,
      ),
    ).toEqual([lease]);
    expect(notes.filter((n) => n.code === 'inferred-lease').map((n) => n.where?.node)).toContain(
      node,
    );
  });

  test('the captured pod is wired to its port and is the pod of its endpoint', () => {
    const wire = network.wires.find((w) => netnsKey(w.b.netns) === 'n2/web12');
    expect(wire?.a.device).toMatch(/^veth[0-9a-f]{8}$/);
    expect(wire?.b.device).toBe('eth0');
    expect(pods.find((pod) => serviceName(pod) === 'prod/one-remote-0')?.netns).toEqual({
      node: 'n2',
      netns: 'web12',
    });
  });
});

describe('seed-udp-nomasq-rpf1', () => {
  const { network } = load('seed-udp-nomasq-rpf1').value;

  test('both nodes and the outside host are on one segment, which may filter', () => {
    expect(network.segments).toHaveLength(1);
    const [segment] = network.segments;
    expect(segment).toMatchObject({ complete: false, filters: 'unknown', origin: 'subnet' });
    expect(segment?.members.map((m) => `${netnsKey(m.netns)} ${m.device}`)).toEqual([
      'n1 eth0',
      'n2 eth0',
      '192.168.10.10 eth0',
    ]);
  });

  test('a pod that its neighbour entry tells is on the port the bridge learned it on', () => {
    const wire = network.wires.find((w) => netnsKey(w.b.netns) === 'n1/10.244.1.99');
    expect(wire?.a.device).toBe('veth144293b6');
    const pod = network.namespaces.get('n1/10.244.1.99');
    expect(pod?.origin).toMatchObject({ kind: 'assumed', because: 'neighbour 10.244.1.99' });
    // Nothing says where it listens.
    expect(pod?.sockets).toBeUndefined();
  });

  test('the gateway that routes name is no standard host', () => {
    expect(network.namespaces.has('192.168.10.1')).toBe(false);
  });

  test('IPv6 routes that iproute2 put into both files are there once', () => {
    const routes = network.namespaces.get('n1')?.routing.routes ?? [];
    const texts = routes.map((r) =>
      [r.type, formatPrefix(r.destination), r.table, r.nexthops.map((h) => h.device)].join(' '),
    );
    expect(new Set(texts).size).toBe(texts.length);
  });
});

describe('flows-iptables-1.36.3-vxlan', () => {
  const { network, kube } = load('flows-iptables-1.36.3-vxlan').value;

  test('a pod nobody captured is a standard one behind its bridge, on a port like the others', () => {
    const pod = network.namespaces.get('n1/prod/web-0');
    expect(pod?.origin.kind).toBe('assumed');
    const eth0 = pod?.devices?.find((d) => d.name === 'eth0');
    expect(eth0?.addresses.map((a) => `${formatAddress(a.address)}/${a.prefixLength}`)).toEqual([
      '10.244.1.10/24',
    ]);
    expect(eth0?.mtu).toBe(1450);
    const routes = (pod?.routing.routes ?? [])
      .filter((r) => r.table === 'main')
      .map((r) => {
        const gateway = r.nexthops[0]?.gateway;
        return `${formatPrefix(r.destination)}${gateway ? ` via ${formatAddress(gateway)}` : ''}`;
      });
    expect(routes).toEqual(['10.244.1.0/24', '0.0.0.0/0 via 10.244.1.1']);
    expect(pod?.sockets?.map((s) => `${s.protocol} ${s.port}`)).toEqual(['tcp 8080']);
    expect(pod?.sysctls.complete).toBe(false);
    const wire = network.wires.find((w) => netnsKey(w.b.netns) === 'n1/prod/web-0');
    const port = network.namespaces.get('n1')?.devices?.find((d) => d.name === wire?.a.device);
    expect(port).toMatchObject({ master: 'cni0', source: null, bridgePort: { hairpin: true } });
  });

  test('endpoints of both families and of several ports are one pod', () => {
    const dual = network.namespaces.get('n2/prod/dual-1');
    expect(dual?.sockets?.map((s) => `${s.port} v${s.family}`)).toEqual(['8080 v4', '8080 v6']);
    const dns = network.namespaces.get('n1/kube-system/kube-dns-0');
    expect(dns?.sockets?.map((s) => `${s.protocol} ${s.port}`)).toEqual([
      'udp 53',
      'tcp 53',
      'tcp 9153',
    ]);
  });

  test('endpoints of the host network are the nodes themselves', () => {
    const made = [...network.namespaces.keys()].filter((key) => key.includes('hostnet'));
    expect(made).toEqual([]);
    expect(network.namespaces.get('n1')?.sockets?.some((s) => s.port === 9100)).toBe(true);
  });

  test('the endpoint outside is a standard host that uses the gateway of the nodes', () => {
    const host = network.namespaces.get('192.168.10.10');
    expect(host?.sockets?.map((s) => s.port)).toEqual([6443]);
    const gateways = (host?.routing.routes ?? []).flatMap((r) =>
      r.nexthops.flatMap((h) => (h.gateway ? [formatAddress(h.gateway)] : [])),
    );
    expect(gateways).toEqual(['192.168.10.1']);
  });

  test('every IPv4 endpoint of a node with a bridge is in a namespace', () => {
    const owned = new Set(
      [...network.namespaces.values()].flatMap((state) =>
        (state.devices ?? []).flatMap((d) => d.addresses.map((a) => formatAddress(a.address))),
      ),
    );
    const missing = (kube.endpoints ?? [])
      .filter((e) => e.address.family === 4 && !owned.has(formatAddress(e.address)))
      .map((e) => formatAddress(e.address));
    expect(missing).toEqual([]);
  });
});

test('truth is no part of a snapshot', () => {
  const files = readFolder('flows-iptables-1.36.3-vxlan');
  const without = new Map([...files].filter(([path]) => !path.startsWith('truth/')));
  expect(assembleWith(files, WITHOUT_RULES)).toEqual(assembleWith(without, WITHOUT_RULES));
});
