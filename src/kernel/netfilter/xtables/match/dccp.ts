import { transportBytes, type WireByte } from '../../../../packet/wire.ts';
import { isLaterFragment } from './ah.ts';
import { answer, every, type MatchModel } from './match-model.ts';
import { type PortRange, portFits } from './port-range.ts';
import { unknownBytes } from './unknown-bytes.ts';
import { bigEndian } from './wire-number.ts';

/** `-m dccp`. Linux: struct xt_dccp_info. RFC 4340. */
export interface DccpMatch {
  readonly kind: 'dccp';
  readonly sport: PortRange | null;
  readonly dport: PortRange | null;
  readonly types: { readonly negated: boolean; readonly any: readonly number[] } | null;
  readonly option: { readonly negated: boolean; readonly number: number } | null;
}

/** Stands for all types from it on. */
const DCCP_INVALID = 10;

const PROTOCOL_DCCP = 33;
const DATA_OFFSET_AT = 4;
const TYPE_AT = 8;

/** Linux: dccp_mt(). */
export const dccpMatch: MatchModel<DccpMatch> = {
  support: () => 'exact',
  effect: 'pure',
  evaluate({ sport, dport, types, option }, context) {
    const { packet } = context.packet.skb;
    if (packet.protocol !== PROTOCOL_DCCP || isLaterFragment(packet)) return 'no';
    const bytes = transportBytes(packet);
    const from = bigEndian(bytes, 0, 2);
    const to = bigEndian(bytes, 2, 2);
    const type = bigEndian(bytes, TYPE_AT, 1);
    const has = option ? hasOption(bytes, option.number) : false;
    const unknown = () => unknownBytes(context, 'dccp');
    return every([
      from === null ? unknown() : answer(portFits(sport, from)),
      to === null ? unknown() : answer(portFits(dport, to)),
      types === null
        ? 'yes'
        : type === null
          ? unknown()
          : answer(types.any.includes(Math.min((type >>> 1) & 15, DCCP_INVALID)) !== types.negated),
      option === null ? 'yes' : has === null ? unknown() : answer(has !== option.negated),
    ]);
  },
};

/** Numbers below 32 are options of one byte. Linux: dccp_find_option(). */
function hasOption(bytes: readonly WireByte[], wanted: number): boolean | null {
  const offset = bigEndian(bytes, DATA_OFFSET_AT, 1);
  const type = bigEndian(bytes, TYPE_AT, 1);
  if (offset === null || type === null) return null;
  const extended = (type & 1) === 1;
  let at = (extended ? 16 : 12) + extraLength((type >>> 1) & 15);
  const end = offset * 4;
  while (at < end) {
    const option = bytes[at];
    if (option === null || option === undefined) return null;
    if (option === wanted) return true;
    if (option < 32) at++;
    else at += Math.max(bytes[at + 1] ?? 1, 1);
  }
  return false;
}

/** Bytes of the header that depend on its type. Linux: dccp_packet_hdr_len(). */
function extraLength(type: number): number {
  switch (type) {
    case 0:
      return 4;
    case 2:
      return 0;
    case 3:
    case 4:
    case 5:
    case 6:
    case 8:
    case 9:
      return 8;
    default:
      return 12;
  }
}
