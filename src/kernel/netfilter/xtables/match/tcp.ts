import type { TcpFlags } from '../../../../packet/packet.ts';
import { PROTOCOL } from '../../../../packet/protocol.ts';
import { OPEN_QUESTION } from '../../../decide.ts';
import { portsOfFragment } from './fragment-ports.ts';
import {
  answer,
  type MatchAnswer,
  type MatchContext,
  type MatchModel,
  unknownHere,
} from './match-model.ts';
import { type PortRange, portFits } from './port-range.ts';

/** `-m tcp`. Linux: struct xt_tcp. */
export interface TcpMatch {
  readonly kind: 'tcp';
  readonly sport: PortRange | null;
  readonly dport: PortRange | null;
  /** Of the flags in `mask` exactly those in `set` are on. */
  readonly flags: { readonly negated: boolean; readonly mask: number; readonly set: number } | null;
  /** `--tcp-option`: an option of this kind is present. */
  readonly option: { readonly negated: boolean; readonly number: number } | null;
}

/** Flag bits by name. RFC 9293 3.1. */
export const TCP_FLAG = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16, urg: 32 } as const;

const MSS_OPTION = 2;

function flagBits(flags: TcpFlags): number {
  let bits = 0;
  if (flags.fin) bits |= TCP_FLAG.fin;
  if (flags.syn) bits |= TCP_FLAG.syn;
  if (flags.rst) bits |= TCP_FLAG.rst;
  if (flags.psh) bits |= TCP_FLAG.psh;
  if (flags.ack) bits |= TCP_FLAG.ack;
  if (flags.urg) bits |= TCP_FLAG.urg;
  return bits;
}

/** Linux: tcp_mt(). */
export const tcpMatch: MatchModel<TcpMatch> = {
  support: (match) => (match.option === null ? 'exact' : 'given-fact'),
  effect: 'pure',
  evaluate(match, context) {
    const t = context.packet.skb.packet.transport;
    if (t.kind !== 'tcp') {
      // With other options it is the kernel's own match.
      const isNative = match.option === null && match.flags === null;
      return isNative ? portsOfFragment(match, PROTOCOL.tcp, context) : 'no';
    }
    if (!portFits(match.sport, t.sport) || !portFits(match.dport, t.dport)) return 'no';
    const { flags } = match;
    if (flags && ((flagBits(t.flags) & flags.mask) === flags.set) === flags.negated) return 'no';
    return hasOption(match, context);
  },
};

/** Of the options a packet carries the model knows only the segment size, unless it has the bytes. */
function hasOption(match: TcpMatch, context: MatchContext): MatchAnswer {
  const { option } = match;
  const { packet } = context.packet.skb;
  const t = packet.transport;
  if (option === null || t.kind !== 'tcp') return 'yes';
  if (option.number === MSS_OPTION && t.mss !== undefined) return answer(!option.negated);
  if (packet.body) return answer(isListed(packet.body, option.number) !== option.negated);
  return unknownHere(context, {
    kind: 'unknown',
    topic: 'match',
    about: 'tcp-option',
    options: OPEN_QUESTION,
  });
}

const HEADER = 20;

/** Linux: tcp_find_option(). */
function isListed(body: Uint8Array, wanted: number): boolean {
  const end = ((body[12] ?? 0) >> 4) * 4;
  let at = HEADER;
  while (at < end) {
    const option = body[at] ?? 0;
    if (option === wanted) return true;
    at += option < 2 ? 1 : Math.max(body[at + 1] ?? 1, 1);
  }
  return false;
}
