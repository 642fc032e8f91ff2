import type { SourceRef } from '../packet/source-ref.ts';

/** A kernel counter as one run of `nstat` or `ip -s link` printed it. */
export interface CounterReading {
  readonly node: string | null;
  readonly netns: string | null;
  /** Whose counter it is, of a device's statistics. */
  readonly device: string | null;
  /** `before` or `after` the experiment, from the file's name; null when it says neither. */
  readonly moment: 'before' | 'after' | null;
  readonly counter: string;
  readonly value: number;
  readonly source: SourceRef;
}

/** How much a counter grew between the two runs. */
export interface CounterDelta {
  readonly node: string | null;
  readonly netns: string | null;
  readonly device: string | null;
  readonly counter: string;
  readonly before: number;
  readonly after: number;
  readonly delta: number;
  /** The line of the later run. */
  readonly source: SourceRef;
}
