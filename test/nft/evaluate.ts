import { freshSkb } from '../../src/kernel/answer.ts';
import type { NatRequest } from '../../src/kernel/conntrack/nat-request.ts';
import { evaluateBaseChain } from '../../src/kernel/netfilter/nft/evaluate.ts';
import type { NftTable } from '../../src/kernel/netfilter/nft/table.ts';
import type { NetnsState } from '../../src/kernel/netns-state.ts';
import type { Skb } from '../../src/kernel/skb.ts';
import { UNKNOWN_SYSCTLS } from '../../src/kernel/sysctl.ts';
import type { Hook } from '../../src/linux/hook.ts';
import { formatAddress, parseAddress } from '../../src/packet/address.ts';
import { PROTOCOL } from '../../src/packet/protocol.ts';
import { parseNftRuleset } from '../../src/snapshot/nft-json/parse.ts';
import { explore } from '../../src/trace/branches.ts';

type Json = Readonly<Record<string, unknown>>;

/** A listing of one table with one base chain `c`, as `nft -j list ruleset` writes it. */
export interface Listing {
  readonly family?: 'ip' | 'ip6' | 'inet';
  readonly hook?: Hook;
  readonly policy?: 'accept' | 'drop';
  /** Statements of each rule. */
  readonly rules: readonly (readonly unknown[])[];
  /** More objects: sets, maps, chains, rules of other chains; their family and table are added. */
  readonly objects?: readonly Json[];
}

export function listingText(listing: Listing): string {
  const { family = 'ip', hook = 'input', policy = 'accept' } = listing;
  const inTable = { family, table: 't' };
  const objects = (listing.objects ?? []).map((object) =>
    Object.fromEntries(
      Object.entries(object).map(([kind, json]) => [kind, { ...inTable, ...(json as Json) }]),
    ),
  );
  return JSON.stringify({
    nftables: [
      { metainfo: { version: '1.0.6', json_schema_version: 1 } },
      { table: { family, name: 't', handle: 1 } },
      { chain: { ...inTable, name: 'c', handle: 1, type: 'filter', hook, prio: 0, policy } },
      ...objects,
      ...listing.rules.map((expr, i) => ({
        rule: { ...inTable, chain: 'c', handle: i + 2, expr },
      })),
    ],
  });
}

export function tableOf(listing: Listing): NftTable {
  const { value, issues } = parseNftRuleset(listingText(listing), 'nft.json');
  const [table] = value;
  if (!table || issues.length > 0) throw new Error(JSON.stringify(issues));
  return table;
}

/** The packet of a row; what is not said is usual. */
export interface Sent {
  readonly from?: string;
  readonly to?: string;
  readonly protocol?: 'tcp' | 'udp' | 'icmp';
  readonly sport?: number;
  readonly dport?: number;
  readonly mark?: number;
  readonly ack?: boolean;
  readonly iif?: string;
  readonly ttl?: number;
  readonly skb?: Partial<Skb>;
}

/** How the branches ended, in the order they are followed; equal ends are one. */
export function endsOf(listing: Listing, sent: Sent = {}): readonly string[] {
  const table = tableOf(listing);
  const [base] = table.baseChains;
  if (!base) throw new Error('no base chain');
  const { branches } = explore(
    (run) => {
      const context = {
        netns: NETNS,
        hook: listing.hook ?? 'input',
        iif: sent.iif ?? 'eth0',
        oif: '',
        decider: run.decider,
        localSocket: null,
      } as const;
      const { verdict, skb } = evaluateBaseChain(table, base, { context, skb: skbOf(sent) }, run);
      const what =
        verdict.kind === 'nat'
          ? natText(verdict.nat)
          : verdict.kind === 'reject'
            ? `reject ${verdict.with}`
            : verdict.kind;
      const named = run.unsupportedUses.map(({ construct }) => ` (${construct})`).join('');
      return `${what}${skb.mark === 0 ? '' : ` mark ${skb.mark}`}${named}`;
    },
    new Map(),
    64,
  );
  return [...new Set(branches.map(({ result }) => result))];
}

function natText(nat: NatRequest): string {
  const first = 'first' in nat && nat.first ? ` ${formatAddress(nat.first)}` : '';
  const last = 'last' in nat && nat.last ? `-${formatAddress(nat.last)}` : '';
  const ports = 'ports' in nat && nat.ports ? ` :${nat.ports.first}-${nat.ports.last}` : '';
  return `${nat.kind}${first}${last}${ports}`;
}

function addressOf(text: string) {
  const address = parseAddress(text);
  if (!address) throw new Error(text);
  return address;
}

function skbOf(sent: Sent): Skb {
  const { protocol = 'tcp', sport = 40000, dport = 80 } = sent;
  const transport =
    protocol === 'tcp'
      ? {
          kind: protocol,
          sport,
          dport,
          flags: sent.ack ? { ack: true as const } : { syn: true as const },
        }
      : protocol === 'udp'
        ? { kind: protocol, sport, dport }
        : { kind: protocol, type: 8, code: 0, id: 7 };
  const packet = {
    source: addressOf(sent.from ?? '10.0.0.1'),
    destination: addressOf(sent.to ?? '10.0.0.2'),
    protocol: PROTOCOL[protocol],
    ttl: sent.ttl ?? 64,
    tos: 0,
    length: 60,
    dontFragment: false,
    transport,
  };
  return { ...freshSkb(packet), mark: sent.mark ?? 0, ...sent.skb };
}

const NETNS: NetnsState = {
  ref: { node: 'n', netns: null },
  origin: { kind: 'captured' },
  kernelRelease: undefined,
  devices: [],
  routing: { routes: [], rules: [], rules6: [] },
  sysctls: UNKNOWN_SYSCTLS,
  ruleset: { xtables: [], nft: [], unsupported: [] },
  ipsets: [],
  conntrack: [],
  neighbours: [],
  fdb: [],
  sockets: [],
};
