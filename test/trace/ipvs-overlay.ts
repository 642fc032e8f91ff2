/**
 * The recorded nodes as if kube-proxy ran in IPVS mode. No kernel with IPVS was at hand: devices, addresses,
 * routes, pods and Services are as recorded, and rules, sets and services of IPVS are written here after what
 * kube-proxy of 1.30 to 1.36 makes of the same Services (`pkg/proxy/ipvs`).
 */

interface ServicePort {
  readonly name?: string;
  readonly port: number;
  readonly protocol: 'TCP' | 'UDP' | 'SCTP';
  readonly nodePort?: number;
}

interface Service {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: { readonly clusterIP?: string; readonly ports?: readonly ServicePort[] };
}

interface Slice {
  readonly metadata: {
    readonly labels: Readonly<Record<string, string>>;
    readonly namespace: string;
  };
  readonly addressType: string;
  readonly endpoints?: readonly {
    readonly addresses: readonly string[];
    readonly conditions: { readonly ready?: boolean };
  }[];
  readonly ports?: readonly { readonly name?: string; readonly port: number }[];
}

interface Virtual {
  readonly port: ServicePort;
  readonly address: string;
  readonly servers: readonly string[];
}

export interface IpvsOptions {
  readonly conntrack?: number;
  readonly scheduler?: string;
  /** Without it no rule marks packets for masquerading. */
  readonly masquerade?: boolean;
}

/** The files of a recording with both nodes in IPVS mode. */
export function inIpvsMode(
  recorded: ReadonlyMap<string, string>,
  options: IpvsOptions = {},
): ReadonlyMap<string, string> {
  const files = new Map([...recorded].filter(([path]) => !path.includes('nft-ruleset')));
  const virtuals = virtualsOf(recorded);
  for (const node of ['n1', 'n2']) {
    const path = (file: string): string => `nodes/${node}/${file}`;
    const own = addressesOf(files.get(path('ip-addr.json')) ?? '[]');
    files.set(path('iptables-save.txt'), rules(options));
    files.set(path('ipset-save.txt'), sets(virtuals));
    files.set(path('ipvsadm-save.txt'), ipvsadm(virtuals, own, options));
    files.set(path('ip-link.json'), withDevice(files.get(path('ip-link.json')) ?? '[]', []));
    const ips = [...new Set(virtuals.map(({ address }) => address))];
    files.set(path('ip-addr.json'), withDevice(files.get(path('ip-addr.json')) ?? '[]', ips));
    files.set(path('ip-route.json'), withRoutes(files.get(path('ip-route.json')) ?? '[]', ips));
    const sysctls = (files.get(path('sysctl.txt')) ?? '').trimEnd();
    files.set(
      path('sysctl.txt'),
      `${sysctls}\nnet.ipv4.vs.conntrack = ${options.conntrack ?? 1}\n`,
    );
  }
  return files;
}

function list<T>(files: ReadonlyMap<string, string>, kind: string): readonly T[] {
  const parsed: { readonly items: readonly T[] } = JSON.parse(
    files.get(`kubernetes/${kind}.json`) ?? '{"items":[]}',
  );
  return parsed.items;
}

function virtualsOf(files: ReadonlyMap<string, string>): readonly Virtual[] {
  const slices = list<Slice>(files, 'endpointslices').filter((s) => s.addressType === 'IPv4');
  return list<Service>(files, 'services').flatMap(({ metadata, spec }) => {
    const address = spec.clusterIP ?? 'None';
    if (!/^\d/.test(address)) return [];
    const own = slices.filter(
      (s) =>
        s.metadata.namespace === metadata.namespace &&
        s.metadata.labels['kubernetes.io/service-name'] === metadata.name,
    );
    return (spec.ports ?? []).map((port) => ({
      port,
      address,
      servers: own.flatMap((slice) => {
        const target = slice.ports?.find(({ name }) => (name ?? '') === (port.name ?? ''));
        const ready = (slice.endpoints ?? []).filter(
          ({ conditions }) => conditions.ready !== false,
        );
        return target ? ready.flatMap((e) => e.addresses.map((ip) => `${ip}:${target.port}`)) : [];
      }),
    }));
  });
}

function ipvsadm(
  virtuals: readonly Virtual[],
  own: readonly string[],
  options: IpvsOptions,
): string {
  const flag = { TCP: '-t', UDP: '-u', SCTP: '--sctp-service' } as const;
  return virtuals
    .flatMap(({ port, address, servers }) => [
      { at: `${address}:${port.port}`, port, servers },
      ...(port.nodePort ? own.map((ip) => ({ at: `${ip}:${port.nodePort}`, port, servers })) : []),
    ])
    .flatMap(({ at, port, servers }) => [
      `-A ${flag[port.protocol]} ${at} -s ${options.scheduler ?? 'rr'}`,
      ...servers.map((server) => `-a ${flag[port.protocol]} ${at} -r ${server} -m -w 1`),
    ])
    .join('\n');
}

function sets(virtuals: readonly Virtual[]): string {
  const nodePorts = (protocol: string): readonly number[] =>
    virtuals.flatMap(({ port }) =>
      port.nodePort && port.protocol === protocol ? [port.nodePort] : [],
    );
  return [
    'create KUBE-CLUSTER-IP hash:ip,port family inet hashsize 1024 maxelem 65536',
    ...virtuals.map(
      ({ port, address }) =>
        `add KUBE-CLUSTER-IP ${address},${port.protocol.toLowerCase()}:${port.port}`,
    ),
    'create KUBE-LOOP-BACK hash:ip,port,ip family inet hashsize 1024 maxelem 65536',
    ...virtuals.flatMap(({ port, servers }) =>
      servers.map((server) => {
        const [ip, target] = server.split(':');
        return `add KUBE-LOOP-BACK ${ip},${port.protocol.toLowerCase()}:${target},${ip}`;
      }),
    ),
    'create KUBE-IPVS-IPS hash:ip family inet hashsize 1024 maxelem 65536',
    ...new Set(virtuals.map(({ address }) => `add KUBE-IPVS-IPS ${address}`)),
    'create KUBE-NODE-PORT-TCP bitmap:port range 0-65535',
    ...nodePorts('TCP').map((port) => `add KUBE-NODE-PORT-TCP ${port}`),
    '',
  ].join('\n');
}

function rules({ masquerade = true }: IpvsOptions): string {
  const marks = [
    '-A KUBE-SERVICES ! -s 10.244.0.0/16 -m comment --comment "Kubernetes service cluster ip + port for masquerade purpose" -m set --match-set KUBE-CLUSTER-IP dst,dst -j KUBE-MARK-MASQ',
  ];
  return `# Generated by iptables-save v1.8.9
*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:KUBE-MARK-MASQ - [0:0]
:KUBE-NODE-PORT - [0:0]
:KUBE-POSTROUTING - [0:0]
:KUBE-SERVICES - [0:0]
-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A OUTPUT -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING
-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000
-A KUBE-NODE-PORT -p tcp -m comment --comment "Kubernetes nodeport TCP port for masquerade purpose" -m set --match-set KUBE-NODE-PORT-TCP dst -j KUBE-MARK-MASQ
-A KUBE-POSTROUTING -m comment --comment "Kubernetes endpoints dst ip:port, source ip for solving hairpin purpose" -m set --match-set KUBE-LOOP-BACK dst,dst,src -j MASQUERADE
-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN
-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0
-A KUBE-POSTROUTING -m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE --random-fully
-A KUBE-SERVICES -s 127.0.0.0/8 -j RETURN
${masquerade ? marks.join('\n') : '-A KUBE-SERVICES -m comment --comment "nothing is masqueraded"'}
-A KUBE-SERVICES -m addrtype --dst-type LOCAL -j KUBE-NODE-PORT
-A KUBE-SERVICES -m set --match-set KUBE-CLUSTER-IP dst,dst -j ACCEPT
COMMIT
*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:KUBE-FORWARD - [0:0]
:KUBE-IPVS-FILTER - [0:0]
-A INPUT -m comment --comment "kubernetes ipvs access filter" -j KUBE-IPVS-FILTER
-A FORWARD -m comment --comment "kubernetes forwarding rules" -j KUBE-FORWARD
-A KUBE-FORWARD -m comment --comment "kubernetes forwarding rules" -m mark --mark 0x4000/0x4000 -j ACCEPT
-A KUBE-FORWARD -m comment --comment "kubernetes forwarding conntrack rule" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A KUBE-IPVS-FILTER -m set --match-set KUBE-CLUSTER-IP dst,dst -j RETURN
-A KUBE-IPVS-FILTER -m conntrack --ctstate NEW -m set --match-set KUBE-IPVS-IPS dst -j REJECT --reject-with icmp-port-unreachable
COMMIT
`;
}

function addressesOf(text: string): readonly string[] {
  const devices: readonly {
    readonly ifname?: string;
    readonly addr_info?: readonly { readonly family: string; readonly local: string }[];
  }[] = JSON.parse(text);
  return devices
    .filter(({ ifname }) => ifname !== 'lo')
    .flatMap(({ addr_info }) => addr_info ?? [])
    .filter(({ family }) => family === 'inet')
    .map(({ local }) => local);
}

/** kube-proxy leaves its dummy device down; its addresses are local all the same. */
function withDevice(text: string, ips: readonly string[]): string {
  const devices: unknown[] = JSON.parse(text);
  return JSON.stringify([
    ...devices,
    {
      ifindex: 900,
      ifname: 'kube-ipvs0',
      flags: ['BROADCAST', 'NOARP'],
      mtu: 1500,
      operstate: 'DOWN',
      link_type: 'ether',
      address: '02:00:00:00:09:00',
      linkinfo: { info_kind: 'dummy' },
      addr_info: ips.map((local) => ({ family: 'inet', local, prefixlen: 32, scope: 'global' })),
    },
  ]);
}

function withRoutes(text: string, ips: readonly string[]): string {
  const routes: unknown[] = JSON.parse(text);
  const local = ips.map((dst) => ({
    type: 'local',
    dst,
    dev: 'kube-ipvs0',
    table: 'local',
    protocol: 'kernel',
    scope: 'host',
    prefsrc: dst,
    flags: [],
  }));
  return JSON.stringify([...routes, ...local]);
}
