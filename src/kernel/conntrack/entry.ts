import type { SourceRef } from '../../packet/source-ref.ts';
import type { Tuple } from './tuple.ts';
import type { Zone } from './zone.ts';

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
  readonly zone: Zone;
  /** Seconds until it expires; null where the listing has none, as for `[OFFLOAD]`. */
  readonly timeout: number | null;
  /** Connection labels by number or by the name of connlabel.conf; null when not listed. */
  readonly labels: readonly string[] | null;
  /** The helper that waits for connections it announces (`helper=ftp`), or null. */
  readonly helper: string | null;
  /** A flowtable carries the connection past all hooks: `[OFFLOAD]`, `[HW_OFFLOAD]`. */
  readonly offloaded: boolean;
  readonly source: SourceRef | null;
}
