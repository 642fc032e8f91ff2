import { formatAddress } from '../../../packet/address.ts';
import { seenByRules } from '../../conntrack/template.ts';
import type { CtAttachment } from '../../skb.ts';
import type { RulePacket } from '../rule-context.ts';
import type { MatchKind, MatchTypes, XtMatch } from '../xtables/match/match-types.ts';
import type { PortRange } from '../xtables/match/port-range.ts';
import { portFits } from '../xtables/match/port-range.ts';
import { effectOf } from '../xtables/match/registry.ts';
import type { FieldCheck } from './field-check.ts';
import { check } from './xt-header.ts';

/** What was known of a match when its rule was evaluated: its own words and its answer. */
export interface MatchWords {
  /** `-m tcp --dport 80` as the rule prints it. */
  readonly text: string;
  /** Null when nothing asked for the answer. */
  readonly answer: boolean | null;
}

/**
 * Takes a match apart. Kinds without an entry are told by their own words and their answer, so a
 * new match needs none.
 */
type Explain<K extends MatchKind> = (
  match: MatchTypes[K],
  packet: RulePacket,
) => readonly FieldCheck[];

const PARTS: { readonly [K in MatchKind]?: Explain<K> } = {
  tcp: (match, { skb }) => {
    const t = skb.packet.transport;
    return t.kind === 'tcp' ? portChecks(match, t) : [];
  },
  udp: (match, { skb }) => {
    const t = skb.packet.transport;
    return t.kind === 'udp' ? portChecks(match, t) : [];
  },
  sctp: (match, { skb }) => {
    const t = skb.packet.transport;
    return t.kind === 'sctp' ? portChecks(match, t) : [];
  },
};

/** What a packet shows to a match that is told as a whole. */
const HAD: { readonly [K in MatchKind]?: (packet: RulePacket) => string | null } = {
  tcp: ({ skb }) => flagText(skb.packet.transport),
  icmp: ({ skb }) => {
    const t = skb.packet.transport;
    return t.kind === 'icmp' ? `type ${t.type} code ${t.code}` : null;
  },
  multiport: ({ skb }) => {
    const t = skb.packet.transport;
    return 'dport' in t ? `sport ${t.sport}, dport ${t.dport}` : 'no ports';
  },
  iprange: ({ skb }) =>
    `${formatAddress(skb.packet.source)} -> ${formatAddress(skb.packet.destination)}`,
  set: ({ skb, context }) => {
    const t = skb.packet.transport;
    const [sport, dport] = 'dport' in t ? [`:${t.sport}`, `:${t.dport}`] : ['', ''];
    const from = `src ${formatAddress(skb.packet.source)}${sport}`;
    const to = `dst ${formatAddress(skb.packet.destination)}${dport}`;
    return [from, to, ...deviceTexts(context.iif, context.oif)].join(', ');
  },
  mark: ({ skb }) => `mark 0x${skb.mark.toString(16)}`,
  connmark: ({ skb }) =>
    skb.ct.kind === 'tracked'
      ? `ct mark 0x${skb.ct.connection.mark.toString(16)}`
      : 'no connection',
  conntrack: ({ skb }) => stateText(seenByRules(skb.ct)),
  state: ({ skb }) => stateText(seenByRules(skb.ct)),
  ttl: ({ skb }) => `ttl ${skb.packet.ttl}`,
  tos: ({ skb }) => `tos 0x${skb.packet.tos.toString(16)}`,
  dscp: ({ skb }) => `dscp ${skb.packet.tos >>> 2}`,
  length: ({ skb }) => `${skb.packet.length} bytes`,
  owner: ({ context }) =>
    context.localSocket === null
      ? 'no socket of this namespace'
      : `a socket of ${context.localSocket.uid === null ? 'an unknown user' : `uid ${context.localSocket.uid}`}`,
  mac: ({ skb }) => skb.sourceMac ?? 'no frame',
  physdev: ({ skb }) =>
    skb.physin === null && skb.physout === null
      ? 'no bridge ports'
      : `in ${skb.physin ?? 'none'}, out ${skb.physout ?? 'none'}`,
  addrtype: ({ skb }) =>
    `src ${formatAddress(skb.packet.source)}, dst ${formatAddress(skb.packet.destination)}`,
  rpfilter: ({ skb, context }) => `src ${formatAddress(skb.packet.source)} by ${context.iif}`,
};

/** What a match asked, in one or more checks. Its parts are told where they decide. */
export function matchChecks<K extends MatchKind>(
  match: XtMatch<K>,
  packet: RulePacket,
  { text, answer }: MatchWords,
): readonly FieldCheck[] {
  const explain = PARTS[match.kind];
  const parts = explain ? explain(match, packet) : [];
  // Where all parts hold and the match does not, something else of it failed.
  const explained = answer !== false || parts.some(({ result }) => result === 'no');
  if (parts.length > 0 && explained) return parts;
  return [
    ...parts,
    {
      field: match.kind,
      text,
      wanted: text,
      had: HAD[match.kind]?.(packet) ?? null,
      result: answer === null ? 'not-asked' : answer ? 'yes' : 'no',
    },
  ];
}

/** Whether a match may be evaluated again without a trace. */
export function isPure(match: XtMatch): boolean {
  return effectOf(match) === 'pure';
}

function portChecks(
  match: { readonly sport: PortRange | null; readonly dport: PortRange | null },
  t: { readonly sport: number; readonly dport: number },
): FieldCheck[] {
  return (['sport', 'dport'] as const).flatMap((side) => {
    const range = match[side];
    if (!range) return [];
    const { first, last, negated } = range;
    const wanted = first === last ? String(first) : `${first}:${last}`;
    const equal = portFits({ ...range, negated: false }, t[side]);
    return [check(side, `--${side}`, { negated, wanted, had: String(t[side]), equal })];
  });
}

function deviceTexts(iif: string, oif: string): string[] {
  return [...(iif === '' ? [] : [`in ${iif}`]), ...(oif === '' ? [] : [`out ${oif}`])];
}

function flagText(t: RulePacket['skb']['packet']['transport']): string | null {
  if (t.kind !== 'tcp') return null;
  const names = Object.entries(t.flags).flatMap(([name, set]) => (set ? [name.toUpperCase()] : []));
  return names.length === 0 ? 'no flags' : names.join(',');
}

function stateText(ct: CtAttachment): string {
  switch (ct.kind) {
    case 'none':
    case 'invalid':
      return 'state INVALID';
    case 'untracked':
      return 'state UNTRACKED';
    case 'tracked':
      return `state ${ct.state}, ${ct.direction} direction`;
  }
}
