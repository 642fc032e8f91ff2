import { OPEN_QUESTION } from '../../../decide.ts';
import { type MatchModel, unknownHere } from './match-model.ts';

/** `-m time`: the model has no clock. Linux: struct xt_time_info. */
export interface TimeMatch {
  readonly kind: 'time';
  /** All options as printed. */
  readonly options: string;
}

export const timeMatch: MatchModel<TimeMatch> = {
  support: () => 'given-fact',
  effect: 'pure',
  evaluate: (_match, context) =>
    unknownHere(context, {
      kind: 'unknown',
      topic: 'match',
      about: 'time',
      options: OPEN_QUESTION,
    }),
};
