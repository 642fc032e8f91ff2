import { OPEN_QUESTION } from '../../../decide.ts';
import { type MatchModel, unknownHere } from './match-model.ts';

/** `-m cpu`: the one that handles the packet. Linux: struct xt_cpu_info. */
export interface CpuMatch {
  readonly kind: 'cpu';
  readonly negated: boolean;
  readonly cpu: number;
}

/** Which it is depends on interrupts and steering. Linux: cpu_mt(). */
export const cpuMatch: MatchModel<CpuMatch> = {
  support: () => 'given-fact',
  effect: 'pure',
  evaluate: (_match, context) =>
    unknownHere(context, {
      kind: 'unknown',
      topic: 'match',
      about: 'cpu',
      options: OPEN_QUESTION,
    }),
};
