import type { SourceRef } from '../../packet/source-ref.ts';
import type { Tuple } from './tuple.ts';

/** A connection as `conntrack -L` lists it: the starting state of a trace. */
export interface ConntrackEntry {
  readonly original: Tuple;
  readonly reply: Tuple;
  /** Protocol state as printed (SYN_SENT, ESTABLISHED...), or null for protocols without. */
  readonly state: string | null;
  /** False while `[UNREPLIED]`. */
  readonly seenReply: boolean;
  readonly assured: boolean;
  readonly mark: number;
  readonly zone: number;
  /** Seconds until it expires. */
  readonly timeout: number;
  readonly source: SourceRef | null;
}
