import { type HeaderDiff, headerDiff } from '../packet/header-diff.ts';
import type { SourceRef } from '../packet/source-ref.ts';
import type { NetnsState } from './netns-state.ts';
import type { Run } from './run.ts';
import type { Skb } from './skb.ts';
import type { StepAction } from './step.ts';

/** The kernel of one namespace during one run. */
export interface Kernel {
  readonly netns: NetnsState;
  readonly run: Run;
}

/** Where a step happened, as its hook functions would see the devices. */
export interface StepPlace {
  readonly iif?: string;
  readonly oif?: string;
  readonly source?: SourceRef | null;
  /** The packet before the step; without it the step changed nothing. */
  readonly before?: Skb;
}

/** Leaves a step in the run's record. */
export function record(kernel: Kernel, skb: Skb, action: StepAction, place: StepPlace = {}): void {
  const diff: HeaderDiff = place.before ? headerDiff(place.before, skb) : [];
  kernel.run.record({
    where: kernel.netns.ref,
    iif: place.iif ?? '',
    oif: place.oif ?? '',
    skb,
    diff,
    source: place.source ?? null,
    action,
  });
}
