import { answer, type MatchModel, unknownHere } from './match-model.ts';

/** `-m statistic`. Linux: struct xt_statistic_info. */
export type StatisticMatch = {
  readonly kind: 'statistic';
  readonly negated: boolean;
} & (
  | {
      readonly mode: 'random';
      /** Of 2^31: what the kernel compares a random number with. */
      readonly threshold: number;
    }
  | { readonly mode: 'nth'; readonly every: number; readonly packet: number }
);

export const STATISTIC_RANGE = 2 ** 31;

/** The chance that the match holds. */
export function probabilityOf(match: StatisticMatch): number {
  const chance = match.mode === 'random' ? match.threshold / STATISTIC_RANGE : 1 / match.every;
  return match.negated ? 1 - chance : chance;
}

/**
 * Each evaluation draws anew. The counter of `nth` is shared by all packets, so for one of them
 * it is as good as random. Linux: statistic_mt().
 */
export const statisticMatch: MatchModel<StatisticMatch> = {
  support: () => 'exact',
  effect: 'pure',
  evaluate(match, context) {
    const probability = probabilityOf(match);
    if (probability <= 0 || probability >= 1) return answer(probability >= 1);
    return unknownHere(context, {
      kind: 'random',
      topic: 'random-match',
      about: `statistic ${context.site.rule.matches.indexOf(match)}`,
      options: [
        { value: 'yes', probability, cost: 0 },
        { value: 'no', probability: 1 - probability, cost: 0 },
      ],
    });
  },
};
