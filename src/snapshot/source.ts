/**
 * The snapshot format as data: one file per command, named after the command. Collectors run
 * these argument lists and the loader reads these files; this table is all they share, so it
 * imports nothing.
 */
export interface SnapshotSource {
  /** Stable name of the content, whatever the file is called. */
  readonly name: SourceName;
  readonly argv: readonly string[];
  /** File name inside the folder of a namespace. */
  readonly file: string;
  readonly format: 'json' | 'text';
}

export type SourceName =
  | 'uname'
  | 'iptables-legacy-save'
  | 'iptables-nft-save'
  | 'iptables-save'
  | 'ip6tables-legacy-save'
  | 'ip6tables-nft-save'
  | 'ip6tables-save'
  | 'nft-ruleset'
  | 'ip-link'
  | 'ip-addr'
  | 'ip-route'
  | 'ip6-route'
  | 'ip-route-cache'
  | 'ip6-route-cache'
  | 'ip-rule'
  | 'ip6-rule'
  | 'ip-neigh'
  | 'ip-neigh-proxy'
  | 'ip-addrlabel'
  | 'bridge-fdb'
  | 'bridge-link'
  | 'bridge-vlan'
  | 'sysctl'
  | 'conntrack'
  | 'ipset-save'
  | 'ipvsadm-save'
  | 'ip-vs'
  | 'sockets'
  | 'wg-show'
  | 'tc-qdisc'
  | 'bpftool-net'
  | 'nstat'
  | 'flannel-subnet';

const text = (name: SourceName, file: string, ...argv: string[]): SnapshotSource => ({
  name,
  argv,
  file,
  format: 'text',
});

const json = (name: SourceName, file: string, ...argv: string[]): SnapshotSource => ({
  name,
  argv,
  file,
  format: 'json',
});

/** Files of one network namespace: of a node's own, and of each pod's under `netns/`. */
export const NETNS_SOURCES: readonly SnapshotSource[] = [
  text('uname', 'uname.txt', 'uname', '-a'),
  text('iptables-legacy-save', 'iptables-legacy-save.txt', 'iptables-legacy-save', '-c'),
  text('iptables-nft-save', 'iptables-nft-save.txt', 'iptables-nft-save', '-c'),
  text('iptables-save', 'iptables-save.txt', 'iptables-save', '-c'),
  text('ip6tables-legacy-save', 'ip6tables-legacy-save.txt', 'ip6tables-legacy-save', '-c'),
  text('ip6tables-nft-save', 'ip6tables-nft-save.txt', 'ip6tables-nft-save', '-c'),
  text('ip6tables-save', 'ip6tables-save.txt', 'ip6tables-save', '-c'),
  json('nft-ruleset', 'nft-ruleset.json', 'nft', '-j', 'list', 'ruleset'),
  json('ip-link', 'ip-link.json', 'ip', '-j', '-d', '-s', 'link', 'show'),
  json('ip-addr', 'ip-addr.json', 'ip', '-j', '-d', 'addr', 'show'),
  json('ip-route', 'ip-route.json', 'ip', '-j', '-d', '-4', 'route', 'show', 'table', 'all'),
  json('ip6-route', 'ip6-route.json', 'ip', '-j', '-d', '-6', 'route', 'show', 'table', 'all'),
  json('ip-route-cache', 'ip-route-cache.json', 'ip', '-j', '-d', '-4', 'route', 'show', 'cache'),
  json('ip6-route-cache', 'ip6-route-cache.json', 'ip', '-j', '-d', '-6', 'route', 'show', 'cache'),
  json('ip-rule', 'ip-rule.json', 'ip', '-j', '-4', 'rule', 'show'),
  json('ip6-rule', 'ip6-rule.json', 'ip', '-j', '-6', 'rule', 'show'),
  json('ip-neigh', 'ip-neigh.json', 'ip', '-j', 'neigh', 'show'),
  json('ip-neigh-proxy', 'ip-neigh-proxy.json', 'ip', '-j', '-6', 'neigh', 'show', 'proxy'),
  json('ip-addrlabel', 'ip-addrlabel.json', 'ip', '-j', 'addrlabel', 'list'),
  json('bridge-fdb', 'bridge-fdb.json', 'bridge', '-j', 'fdb', 'show'),
  json('bridge-link', 'bridge-link.json', 'bridge', '-j', '-d', 'link', 'show'),
  json('bridge-vlan', 'bridge-vlan.json', 'bridge', '-j', 'vlan', 'show'),
  text('sysctl', 'sysctl.txt', 'sysctl', '-a', '-r', '^net\\.'),
  text('conntrack', 'conntrack.txt', 'conntrack', '-L', '-o', 'extended'),
  text('ipset-save', 'ipset-save.txt', 'ipset', 'save'),
  text('ipvsadm-save', 'ipvsadm-save.txt', 'ipvsadm', '-Sn'),
  text('ip-vs', 'ip_vs.txt', 'cat', '/proc/net/ip_vs'),
  text('sockets', 'sockets.txt', 'ss', '-Hnltue'),
  json('tc-qdisc', 'tc-qdisc.json', 'tc', '-j', 'qdisc', 'show'),
  json('bpftool-net', 'bpftool-net.json', 'bpftool', '-j', 'net', 'show'),
  text('wg-show', 'wg-show.txt', 'wg', 'show', 'all', 'dump'),
  json('nstat', 'nstat.json', 'nstat', '-asj'),
  text('flannel-subnet', 'flannel-subnet.env', 'cat', '/run/flannel/subnet.env'),
];

/** Lists of Kubernetes objects, `kubernetes/<kind>.json`. */
export const KUBERNETES_KINDS = [
  'services',
  'endpointslices',
  'endpoints',
  'pods',
  'nodes',
  'networkpolicies',
] as const;

export type KubernetesKind = (typeof KUBERNETES_KINDS)[number];

/** The command whose output is `kubernetes/<kind>.json`. */
export function kubectlArgv(kind: KubernetesKind): readonly string[] {
  return ['kubectl', 'get', kind, '-A', '-o', 'json'];
}
