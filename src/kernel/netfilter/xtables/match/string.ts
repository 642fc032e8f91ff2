import { type WireByte, wireBytes } from '../../../../packet/wire.ts';
import { answer, type MatchModel } from './match-model.ts';
import { unknownBytes } from './unknown-bytes.ts';

/** `-m string`: bytes anywhere in a packet. Linux: struct xt_string_info. */
export interface StringMatch {
  readonly kind: 'string';
  readonly negated: boolean;
  readonly pattern: readonly number[];
  readonly algorithm: string;
  readonly ignoreCase: boolean;
  /** From the IP header's first byte on. */
  readonly from: number;
  readonly to: number;
}

/**
 * In a packet whose bytes are not all known, a text that its known bytes cannot hold is not there;
 * that bytes of a header look like it by chance is not expected, what a payload says is open.
 * Linux: string_mt(), skb_find_text().
 */
export const stringMatch: MatchModel<StringMatch> = {
  support: () => 'given-fact',
  effect: 'pure',
  evaluate(match, context) {
    const { packet } = context.packet.skb;
    const found = find(match, wireBytes(packet));
    if (found !== null) return answer(found !== match.negated);
    const { transport: t, length } = packet;
    const payload = t.kind === 'tcp' ? length > LARGEST_HEADERS : t.kind !== 'other';
    return unknownBytes(context, 'string', payload ? null : match.negated ? 'yes' : 'no');
  },
};

/** An IP header and a TCP header with all the options that it can have. */
const LARGEST_HEADERS = 80;

/** null when it depends on bytes that are not known. */
function find(match: StringMatch, bytes: readonly WireByte[]): boolean | null {
  const { pattern, from, to } = match;
  let unknown = false;
  const last = Math.min(to, bytes.length) - pattern.length;
  for (let at = from; at <= last; at++) {
    const fits = fitsAt(match, bytes, at);
    if (fits === true) return true;
    if (fits === null) unknown = true;
  }
  return unknown ? null : false;
}

function fitsAt(
  { pattern, ignoreCase }: StringMatch,
  bytes: readonly WireByte[],
  at: number,
): boolean | null {
  let unknown = false;
  for (const [i, wanted] of pattern.entries()) {
    const byte = bytes[at + i];
    if (byte === null || byte === undefined) unknown = true;
    else if (ignoreCase ? lower(byte) !== lower(wanted) : byte !== wanted) return false;
  }
  return unknown ? null : true;
}

function lower(byte: number): number {
  return byte >= 65 && byte <= 90 ? byte + 32 : byte;
}
