import type { NftTable } from '../../../../src/kernel/netfilter/nft/table.ts';
import type { NetnsState } from '../../../../src/kernel/netns-state.ts';
import { parseNftListing } from '../../../../src/snapshot/nft-text/parse.ts';
import { makeNamespaces, type Namespaces, shell } from '../../paths/namespaces.ts';
import { readState } from '../../routing/read-state.ts';
import { HOST_MAC } from '../send-frames.ts';
import { PLACES, type Place, rulesetOf } from './expression-cases.ts';
import { constructFrame } from './frames.ts';
import { ARRIVING } from './packets.ts';

const TOPOLOGY = (wire: string): string =>
  [
    `link add d0 address ${HOST_MAC} type veth peer name d0 netns ${wire}`,
    `link add d1 type veth peer name d1 netns ${wire}`,
    'addr add 10.7.0.1/24 dev d0',
    'addr add 10.7.2.1/24 dev d1',
    'addr add fd07::1/64 dev d0 nodad',
    'addr add fd07:2::1/64 dev d1 nodad',
    'link set d0 up',
    'link set d1 up',
    'route add 10.7.1.0/24 dev d0',
    'route add default dev d1',
    'route add fd07:1::/64 dev d0',
    'neigh add 10.7.2.9 lladdr 02:00:00:00:00:77 dev d1 nud permanent',
  ].join('\n');

const SETTINGS = [
  'net.ipv4.ip_forward=1',
  'net.ipv6.conf.all.forwarding=1',
  ...['all', 'd0', 'd1'].map((name) => `net.ipv4.conf.${name}.rp_filter=0`),
];

/** Nothing answers, so that no packet but the one that is sent meets a rule; connections are tracked. */
const SILENT = ['ip', 'ip6']
  .map(
    (family) => `table ${family} still {
  chain in { type filter hook input priority 400; ct state new drop; drop; }
  chain out { type filter hook output priority -400; drop; }
}
`,
  )
  .join('');

const ALL = Object.keys(PLACES) as Place[];

/** Datagrams of the host itself, by who sends them. */
export const LOCAL_USERS = [0, 1000] as const;

/** A packet by its name, and the rules that counted it: table, chain and handle. */
export interface Counted {
  readonly name: string;
  readonly rules: ReadonlySet<string>;
}

export interface Played {
  /** With the rules as they stood. */
  readonly netns: NetnsState;
  readonly counted: readonly Counted[];
}

const NEXT = '=== next';

/** Sends every packet through all rules of the kernel, and tells which of them counted it. */
export async function playPackets(): Promise<Played> {
  const namespaces = makeNamespaces(['host', 'wire'], 930);
  try {
    namespaces.run('host', ['ip', '-batch', '-'], TOPOLOGY(namespaces.named('wire')));
    // The wire's own packets are none of ours.
    namespaces.run('wire', ['sysctl', '-qw', 'net.ipv6.conf.all.disable_ipv6=1']);
    namespaces.run('wire', ['ip', '-batch', '-'], 'link set d0 up\nlink set d1 up');
    namespaces.run('host', ['sysctl', '-qw', ...SETTINGS]);
    const state = readState(namespaces, 'host', [
      'uname',
      'ip-link',
      'ip-addr',
      'ip-route',
      'ip-rule',
      'ip6-route',
      'ip6-rule',
      'ip-neigh',
      'sysctl',
      'sockets',
    ]);
    namespaces.run('host', ['nft', '-f', '-'], `${rulesetOf(ALL)}${SILENT}`);
    const nft = rulesOf(namespaces);
    const counted = await send(namespaces);
    return {
      netns: { ...state, conntrack: [], ruleset: { xtables: [], nft, unsupported: [] } },
      counted,
    };
  } finally {
    namespaces.dispose();
  }
}

function rulesOf(namespaces: Namespaces): readonly NftTable[] {
  const { value, issues } = parseNftListing(
    namespaces.run('host', ['nft', '-a', 'list', 'ruleset']),
    'nft-ruleset.txt',
  );
  if (issues.length > 0) throw new Error(JSON.stringify(issues));
  return value;
}

async function send(namespaces: Namespaces): Promise<readonly Counted[]> {
  const host = `ip netns exec ${namespaces.named('host')}`;
  const wire = `ip netns exec ${namespaces.named('wire')}`;
  const list = `echo '${NEXT}'; ${host} nft -j list ruleset 2>/dev/null`;
  const names: string[] = [];
  const lines: string[] = [list];
  for (const { name, packet } of ARRIVING) {
    const hex = constructFrame(packet, HOST_MAC).toString('hex');
    names.push(name);
    lines.push(
      `${host} conntrack -F 2>/dev/null`,
      `echo ${hex} | xxd -r -p | ${wire} socat -u - INTERFACE:d0`,
      list,
    );
  }
  lines.push(`${host} nft 'delete chain ip still out'`);
  for (const uid of LOCAL_USERS) {
    names.push(localName(uid));
    lines.push(
      `echo x | ${host} setpriv --reuid ${uid} --clear-groups socat -u - UDP4-SENDTO:10.7.2.9:5353,sourceport=4000`,
      list,
    );
  }
  const listings = (await shell(lines.join('\n'))).split(`${NEXT}\n`).slice(1);
  const counters = listings.map(countersOf);
  return names.map((name, i) => ({ name, rules: grown(counters[i], counters[i + 1]) }));
}

export function localName(uid: number): string {
  return `a datagram of user ${uid}`;
}

type Counters = ReadonlyMap<string, number>;

function grown(before: Counters | undefined, after: Counters | undefined): ReadonlySet<string> {
  const more = [...(after ?? [])].filter(([rule, packets]) => packets > (before?.get(rule) ?? 0));
  return new Set(more.map(([rule]) => rule));
}

interface Listed {
  readonly rule?: {
    readonly family: string;
    readonly table: string;
    readonly chain: string;
    readonly handle: number;
    readonly expr: readonly unknown[];
  };
}

function countersOf(listing: string): Counters {
  const counters = new Map<string, number>();
  const { nftables } = JSON.parse(listing) as { readonly nftables: readonly Listed[] };
  for (const { rule } of nftables) {
    const held = rule?.expr as
      | readonly { readonly counter?: { readonly packets: number } }[]
      | undefined;
    const counter = held?.findLast(({ counter: named }) => named?.packets !== undefined)?.counter;
    if (!rule || !counter) continue;
    const key = `${rule.family} ${rule.table} ${rule.chain} ${rule.handle}`;
    counters.set(key, counter.packets);
  }
  return counters;
}
