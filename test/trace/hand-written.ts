import { parseAddress } from '../../src/packet/address.ts';
import type { Flow } from '../../src/packet/flow.ts';
import { assembleSnapshot } from '../../src/snapshot/assemble.ts';
import type { Outcome, Trace } from '../../src/trace/trace.ts';
import { traceFlow } from '../../src/trace/tracer.ts';

/** Snapshots written by hand, for devices that the kernel of the tests cannot make. */

/** A device as `ip -d -j link` prints it, and its address in a /24 or /64, or in the prefix it says. */
export interface Link {
  readonly name: string;
  readonly index: number;
  readonly address?: string;
  readonly extra?: object;
}

/** What a node has beside its devices. */
export interface Extra {
  /** As `ip -j route` prints them, of either family. */
  readonly routes?: readonly object[];
  readonly files?: Readonly<Record<string, string>>;
  readonly sysctls?: readonly string[];
}

export interface HandNode extends Extra {
  readonly links: readonly Link[];
}

function sysctlsOf(links: readonly Link[]): string {
  const devices = ['all', 'default', 'lo', ...links.map(({ name }) => name.replaceAll('.', '/'))];
  return [
    'net.ipv4.ip_forward = 1',
    'net.ipv6.conf.all.forwarding = 1',
    ...devices.map((device) => `net.ipv4.conf.${device}.rp_filter = 0`),
  ].join('\n');
}

function node(
  name: string,
  { links, routes: more = [], files = {}, sysctls = [] }: HandNode,
): readonly (readonly [string, string])[] {
  const own = links.map(({ name: ifname, index, address, extra }) => ({
    ifindex: index,
    ifname,
    flags: ['BROADCAST', 'MULTICAST', 'UP', 'LOWER_UP'],
    mtu: 1500,
    link_type: 'ether',
    address: `02:00:00:00:${name.slice(1).padStart(2, '0')}:${String(index).padStart(2, '0')}`,
    promiscuity: 0,
    ...extra,
    addr_info: address ? [addressOf(address)] : [],
  }));
  const lo = {
    ifindex: 1,
    ifname: 'lo',
    flags: ['LOOPBACK', 'UP', 'LOWER_UP'],
    mtu: 65536,
    link_type: 'loopback',
    addr_info: [
      { family: 'inet', local: '127.0.0.1', prefixlen: 8, scope: 'host' },
      { family: 'inet6', local: '::1', prefixlen: 128, scope: 'host' },
    ],
  };
  const routes = [
    ...links.flatMap(({ name: dev, address }) => (address ? routesOf(dev, address) : [])),
    ...more,
  ];
  const isV6 = (route: object): boolean => JSON.stringify(route).includes('::');
  const rules = (tables: readonly string[], priorities: readonly number[]) =>
    JSON.stringify(tables.map((table, i) => ({ priority: priorities[i], src: 'all', table })));
  const all: Readonly<Record<string, string>> = {
    'ip-link.json': JSON.stringify([lo, ...own]),
    'ip-addr.json': JSON.stringify([lo, ...own]),
    'ip-route.json': JSON.stringify(routes.filter((route) => !isV6(route))),
    'ip6-route.json': JSON.stringify(routes.filter(isV6)),
    'ip-rule.json': rules(['local', 'main', 'default'], [0, 32766, 32767]),
    'ip6-rule.json': rules(['local', 'main'], [0, 32766]),
    'sysctl.txt': `${[sysctlsOf(links), ...sysctls].join('\n')}\n`,
    'iptables-save.txt': '# no tables\n',
    'ip6tables-save.txt': '# no tables\n',
    'nft-ruleset.json': '{"nftables":[]}',
    'sockets.txt': 'tcp LISTEN 0 128 *:80 *:*\n',
    'ip-neigh.json': '[]',
    'conntrack.txt': '',
    ...files,
  };
  return Object.entries(all).map(([file, text]) => [`nodes/${name}/${file}`, text]);
}

function addressOf(text: string): object {
  const [local = '', length] = text.split('/');
  const v6 = local.includes(':');
  return {
    family: v6 ? 'inet6' : 'inet',
    local,
    prefixlen: Number(length ?? (v6 ? 64 : 24)),
    scope: 'global',
  };
}

function routesOf(dev: string, text: string): readonly object[] {
  const [address = '', length] = text.split('/');
  const local = { type: 'local', dst: address, dev, table: 'local', protocol: 'kernel' };
  if (address.includes(':')) {
    const dst = length === '128' ? [] : [{ dst: `${address.split('::')[0]}::/64`, dev }];
    return [
      ...dst.map((d) => ({ ...d, protocol: 'kernel', metric: 256 })),
      { ...local, metric: 0 },
    ];
  }
  const of = { protocol: 'kernel', scope: 'link', prefsrc: address };
  const subnet = `${address.split('.').slice(0, 3).join('.')}.0/24`;
  return [
    ...(length === '32' ? [] : [{ type: 'unicast', dst: subnet, dev, ...of }]),
    { ...local, scope: 'host', prefsrc: address },
  ];
}

/** Nodes n1 and n2, with `members` (`n1 eth0`) on one segment, and nothing else there. */
export function snapshotOf(
  a: readonly Link[] | HandNode,
  b: readonly Link[] | HandNode,
  members: readonly string[],
) {
  const segments = [
    {
      name: 'u0',
      members: members.map((member) => {
        const [of, device] = member.split(' ');
        return { node: of, device };
      }),
    },
  ];
  const declared = { underlay: { segments, complete: true, filters: [] } };
  const files = new Map([
    ...node('n1', isLinks(a) ? { links: a } : a),
    ...node('n2', isLinks(b) ? { links: b } : b),
    ['snapshot.json', JSON.stringify(declared)] as const,
  ]);
  return assembleSnapshot(files).value;
}

function isLinks(value: readonly Link[] | HandNode): value is readonly Link[] {
  return Array.isArray(value);
}

type Snapshot = ReturnType<typeof snapshotOf>;

/** A flow from n1 to port 80 of an address. */
export function traceOf(
  { network }: Snapshot,
  address: string,
  options: Partial<Pick<Flow, 'protocol' | 'boundSource'>> = {},
): Trace {
  const to = parseAddress(address);
  if (!to) throw new Error(address);
  return traceFlow(network, {
    from: { node: 'n1', netns: null },
    arrivesOn: null,
    to,
    port: options.protocol === 'icmp' ? 0 : 80,
    protocol: 'tcp',
    boundSource: null,
    boundDevice: null,
    sport: null,
    mark: 0,
    ...options,
  });
}

export function traced(...asked: Parameters<typeof traceOf>): Outcome | undefined {
  return traceOf(...asked).outcomes[0];
}

/** `n1 eth0.5 > n1 eth0 > n2 eth0 > n2 eth0.5`: the devices that the first packet passes. */
export function way(outcome: Outcome | undefined): string {
  const [first] = outcome?.packets ?? [];
  return (first?.steps ?? [])
    .flatMap(({ action, where }) =>
      action.kind === 'transmit' || action.kind === 'receive' || action.kind === 'decapsulate'
        ? [`${where.node} ${action.device}`]
        : [],
    )
    .join(' > ');
}

/** The last step of the packet that did not arrive, if it was a drop. */
export function dropOf(outcome: Outcome | undefined): string | null {
  const lost = outcome?.packets.find(({ disposition }) => disposition === 'dropped');
  const action = lost?.steps.findLast((step) => step.action.kind === 'drop')?.action;
  return action?.kind === 'drop' ? action.at : null;
}
