import type { MatchModel } from './match-model.ts';

/** `-m comment`: always holds. */
export interface CommentMatch {
  readonly kind: 'comment';
  readonly text: string;
}

export const commentMatch: MatchModel<CommentMatch> = {
  support: () => 'no-effect',
  effect: 'pure',
  evaluate: () => 'yes',
};
