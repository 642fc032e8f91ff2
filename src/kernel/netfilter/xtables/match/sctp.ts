import { transportBytes, type WireByte } from '../../../../packet/wire.ts';
import type { Ternary } from '../../../decide.ts';
import { answer, type MatchModel } from './match-model.ts';
import { type PortRange, portFits } from './port-range.ts';
import { unknownBytes } from './unknown-bytes.ts';
import { bigEndian } from './wire-number.ts';

/** `-m sctp`. Linux: struct xt_sctp_info. RFC 9260. */
export interface SctpMatch {
  readonly kind: 'sctp';
  readonly sport: PortRange | null;
  readonly dport: PortRange | null;
  readonly chunks: SctpChunks | null;
}

export interface SctpChunks {
  readonly negated: boolean;
  /** `any`: one of the types is there; `all`: each is; `only`: and no other. */
  readonly how: 'any' | 'all' | 'only';
  readonly types: readonly SctpChunkType[];
}

export interface SctpChunkType {
  readonly type: number;
  /** Of the chunk's flags those in `mask` are as in `set`; null asks for none. */
  readonly flags: { readonly mask: number; readonly set: number } | null;
}

/** Linux: sctp_mt(). */
export const sctpMatch: MatchModel<SctpMatch> = {
  support: () => 'exact',
  effect: 'pure',
  evaluate({ sport, dport, chunks }, context) {
    const { packet } = context.packet.skb;
    const t = packet.transport;
    if (t.kind !== 'sctp' || !portFits(sport, t.sport) || !portFits(dport, t.dport)) return 'no';
    if (chunks === null) return 'yes';
    const fits = chunksFit(chunks, transportBytes(packet));
    if (fits === 'unknown') return unknownBytes(context, 'sctp chunk types');
    return answer((fits === 'yes') !== chunks.negated);
  },
};

const COMMON_HEADER = 12;
const CHUNK_HEADER = 4;

/** Linux: match_packet() of xt_sctp.c. */
function chunksFit({ how, types }: SctpChunks, bytes: readonly WireByte[]): Ternary {
  const missing = new Set(types.map(({ type }) => type));
  for (let at = COMMON_HEADER; at === COMMON_HEADER || at < bytes.length; ) {
    const type = bytes[at];
    const flags = bytes[at + 1];
    const length = bigEndian(bytes, at + 2, 2);
    if (type === null || type === undefined || flags === null || flags === undefined) {
      return 'unknown';
    }
    if (length === null || length < CHUNK_HEADER) return 'unknown';
    at += (length + 3) & ~3;
    const asked = types.find((one) => one.type === type);
    const fits = asked !== undefined && flagsFit(asked, flags);
    if (how === 'any' && fits) return 'yes';
    if (how === 'only' && !fits) return 'no';
    if (fits) missing.delete(type);
  }
  return how === 'only' || (how === 'all' && missing.size === 0) ? 'yes' : 'no';
}

function flagsFit({ flags: asked }: SctpChunkType, flags: number): boolean {
  return asked === null || (flags & asked.mask) === asked.set;
}
