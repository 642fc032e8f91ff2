import type { Issue, Parsed } from '../../packet/issue.ts';
import type { SourceRef } from '../../packet/source-ref.ts';
import type { CounterReading } from '../counter.ts';
import type { DropSighting } from '../drop.ts';
import type { Statement } from '../evidence.ts';
import { keptPackets, numbered } from '../kept-packets.ts';
import { type Observation, type ObservedPacket, subject } from '../observation.ts';
import {
  DEFAULT_LIMIT,
  type EvidencePart,
  type GroupLabel,
  KEPT_NOTES,
  type ReadOptions,
} from '../part.ts';
import { type FilePlace, placeOfFile } from '../place-of-file.ts';
import type { SocketState } from '../socket-state.ts';
import type { TrackedConnection } from '../tracked-connection.ts';
import { settleMoments } from './counter/settle-moments.ts';
import { flowRanks, opensOrEnds } from './flow-ranks.ts';
import { settleTimes } from './settle-times.ts';

/** Where the readers of one file put what they read. Bounded by the options' limit. */
export interface PartDraft {
  readonly file: string;
  readonly place: FilePlace;
  /**
   * False when the packet is not asked for, or was one too many. `elapsed` is the sum of all times
   * that its format printed up to it, where they may be distances.
   */
  observe(observation: Omit<Observation, 'id'>, elapsed?: number): boolean;
  state(statement: Statement): void;
  /** Changes a statement of which only later lines tell the whole. */
  restate(index: number, change: (statement: Statement) => Statement): void;
  /** The index that the next statement gets. */
  nextStatement(): number;
  count(reading: CounterReading): void;
  drop(drop: DropSighting): void;
  track(tracked: TrackedConnection): void;
  socket(socket: SocketState): void;
  /** The line looks like evidence but cannot be read. */
  unreadable(code: string, source: SourceRef): void;
  /** Something about a line that was read. */
  remark(code: string, source: SourceRef): void;
  /** A line begins; whether the one before was recognised is settled. */
  beginLine(): void;
  /** The line belongs to a format; it counts as recognised unless `unreadable` was said of it. */
  recognise(lines?: number): void;
  finish(whole: WholeFile): Parsed<EvidencePart>;
}

/** A draft that leaves out lines without reading them, when there are very many. */
export interface BulkDraft extends PartDraft {
  /** Lines of one flow at one place after which none is kept any more; infinite when all are. */
  share(): number;
  /** A line holds a packet that is not kept, whatever else it says. */
  leaveOut(): void;
}

export interface WholeFile {
  readonly overlong: number;
  readonly labels: readonly GroupLabel[];
}

export function partDraft(file: string, options: ReadOptions = {}): BulkDraft {
  const place = placeOfFile(file);
  const limit = options.limit ?? DEFAULT_LIMIT;
  const kept = keptPackets(limit);
  const ranks = flowRanks();
  let observed = 0;
  /** `elapsed` by observation. */
  const sums = new Map<number, number>();
  const statements: Statement[] = [];
  const counters: CounterReading[] = [];
  const drops: DropSighting[] = [];
  const tracked: TrackedConnection[] = [];
  const sockets: SocketState[] = [];
  const issues: Issue[] = [];
  const unplaced: SourceRef[] = [];
  let lines = 0;
  let recognised = 0;
  let unplacedCount = 0;
  let dropped = 0;
  let noted = false;

  const push = <T>(list: T[], item: T): void => {
    if (list.length < limit) list.push(item);
    else dropped++;
  };
  const asked = (packet: ObservedPacket | null): boolean =>
    packet === null || !options.keep || options.keep(subject(packet));

  const finish = ({ overlong, labels }: WholeFile): Parsed<EvidencePart> => {
    const whole = (code: string, count: number): void => {
      const source = { file, line: 0 };
      issues.push({ code, severity: 'warning', source, detail: count > 0 ? String(count) : '' });
    };
    if (lines === 0) whole('empty-file', 0);
    if (overlong > 0) whole('lines-too-long-read-in-part', overlong);
    dropped += kept.dropped;
    if (dropped > 0) whole('packets-over-limit', dropped);
    const about = { file, format: 'text', lines, recognised, unplaced } as const;
    return {
      value: {
        file: { ...about, unplacedCount, dropped },
        observations: numbered(settleTimes(kept.end(), sums)),
        statements,
        counters: settleMoments(counters),
        drops,
        tracked,
        sockets,
        labels,
      },
      issues,
    };
  };

  return {
    file,
    place,
    observe(observation, elapsed): boolean {
      if (!asked(observation.packet)) return false;
      const rank = ranks.next(observation);
      const isNotable = opensOrEnds(observation);
      if (!kept.wants(rank, isNotable)) return false;
      if (elapsed !== undefined) sums.set(observed, elapsed);
      kept.add({ ...observation, id: observed++ }, rank, isNotable);
      return true;
    },
    state(statement): void {
      if (statements.length < KEPT_NOTES * 10) statements.push(statement);
    },
    restate(index, change): void {
      const statement = statements[index];
      if (statement) statements[index] = change(statement);
    },
    nextStatement: () => statements.length,
    count: (reading) => push(counters, reading),
    drop(drop): void {
      if (asked(drop.packet)) push(drops, drop);
    },
    track: (entry) => push(tracked, entry),
    socket: (socket) => push(sockets, socket),
    unreadable(code, source): void {
      noted = true;
      unplacedCount++;
      if (unplaced.length >= KEPT_NOTES) return;
      unplaced.push(source);
      issues.push({ code, severity: 'warning', source, detail: source.text ?? '' });
    },
    remark(code, source): void {
      if (issues.length >= KEPT_NOTES * 2) return;
      issues.push({ code, severity: 'warning', source, detail: '' });
    },
    share: () => (options.keep ? Number.POSITIVE_INFINITY : kept.share),
    leaveOut(): void {
      lines++;
      recognised++;
      kept.leaveOut(1);
    },
    beginLine(): void {
      lines++;
      noted = false;
    },
    recognise(lines = 1): void {
      if (!noted) recognised += lines;
    },
    finish,
  };
}
