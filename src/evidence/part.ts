import type { CounterReading } from './counter.ts';
import type { DropSighting } from './drop.ts';
import type { EvidenceFile, Statement } from './evidence.ts';
import type { Observation, ObservedPacket } from './observation.ts';
import type { SocketState } from './socket-state.ts';
import type { TrackedConnection } from './tracked-connection.ts';

/** What one file gave. Observation ids and groups are those of the file until parts are joined. */
export interface EvidencePart {
  readonly file: EvidenceFile;
  readonly observations: readonly Observation[];
  readonly statements: readonly Statement[];
  readonly counters: readonly CounterReading[];
  readonly drops: readonly DropSighting[];
  readonly tracked: readonly TrackedConnection[];
  readonly sockets: readonly SocketState[];
  /** What the headings above the captures say of where they were made, by group. */
  readonly labels: readonly GroupLabel[];
}

export interface GroupLabel {
  readonly group: string;
  readonly text: string;
  readonly line: number;
}

/** Bounds a reader's memory whatever the size of its input. */
export interface ReadOptions {
  /** Packets to keep; further ones are counted as dropped. */
  readonly limit?: number;
  /** Which packets to keep, e.g. those of one flow. */
  readonly keep?: (packet: ObservedPacket) => boolean;
}

/** Enough for any incident; the program then takes some 400 MB at most. */
export const DEFAULT_LIMIT = 50_000;

/** Unplaced lines, statements and issues that one file keeps. */
export const KEPT_NOTES = 200;
