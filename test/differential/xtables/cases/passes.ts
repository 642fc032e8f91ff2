import { rawTable } from './host.ts';
import { type RuleList, STATELESS } from './match-rules.ts';
import { type Arriving, allPackets, answers } from './packets.ts';
import { STATEFUL, TRANSLATED } from './stateful-rules.ts';

/** Rules that are loaded together, and what is sent through them. */
export interface Pass {
  readonly name: string;
  readonly rules: RuleList;
  /** Rules of table nat. */
  readonly nat: Readonly<Record<4 | 6, readonly string[]>>;
  readonly packets: readonly Arriving[];
  /** Rules that need a fact which the snapshot does not hold. */
  readonly mayAsk: RegExp;
  /** Those of them for which a usual node, as this one, has a known answer. */
  readonly usual: RegExp;
  /** Matches of which these packets show one side only. */
  readonly oneSided: readonly string[];
}

const NO_NAT = { 4: [], 6: [] } as const;

export const PASSES: readonly Pass[] = [
  {
    name: 'without conntrack',
    rules: STATELESS,
    nat: NO_NAT,
    packets: allPackets({ tracked: false }),
    // Of a header's bytes the identification, the checksum and the flow label are not known.
    mayAsk: /-m (?:policy|realm|string) |-m u32 --u32 "0x0<<0x1c=/,
    usual: /-m (?:policy|realm) /,
    // It matches every packet, also the one by which arrivals are told.
    oneSided: ['comment'],
  },
  {
    name: 'with conntrack',
    rules: STATEFUL,
    nat: TRANSLATED,
    packets: [...allPackets({ tracked: true }), ...answers()],
    mayAsk:
      /-m (?:bpf|cgroup|connbytes|connlimit|cpu|hashlimit|limit|osf|quota|rateest|recent|socket|statistic|time) |--ctexpire|--ctstatus (?:ASSURED|EXPECTED)|--packets-|--bytes-|-m socket$/,
    usual: /^$/,
    // Fingerprints are the machine's, not a namespace's; a group needs a packet of the host's own.
    oneSided: ['comment', 'osf', 'cgroup'],
  },
];

/** A rule of a list with where it stands. */
export interface PlacedRule {
  readonly table: 'raw' | 'mangle';
  readonly hook: string;
  readonly text: string;
}

/** The rules of a family in their order. */
export function placedRules(list: RuleList, family: 4 | 6): readonly PlacedRule[] {
  const first = (list.first ?? []).map((rule) => place(rule));
  const rules = [...list.both, ...(family === 4 ? list.ipv4 : list.ipv6)].map(place);
  return [...first, ...rules];
}

function place(rule: string): PlacedRule {
  const [, hook = 'PREROUTING', text = ''] = /^(?:@(\S+) )?(.*)$/.exec(rule) ?? [];
  return hook === 'RAW'
    ? { table: 'raw', hook: 'PREROUTING', text }
    : { table: 'mangle', hook, text };
}

/** What `iptables-restore` reads. */
export function rulesetOf({ rules, nat }: Pass, family: 4 | 6): string {
  const placed = placedRules(rules, family);
  const linesOf = (wanted: PlacedRule['table']): readonly string[] =>
    placed.filter(({ table }) => table === wanted).map(({ hook, text }) => `-A ${hook} ${text}`);
  const translated = nat[family].length === 0 ? '' : `*nat\n${nat[family].join('\n')}\nCOMMIT\n`;
  return `${rawTable(family, linesOf('raw'))}*mangle\n${linesOf('mangle').join('\n')}\nCOMMIT\n${translated}`;
}
