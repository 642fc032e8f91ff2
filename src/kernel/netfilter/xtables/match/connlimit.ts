import { yesNo } from '../../../decide.ts';
import { type MatchModel, unknownHere } from './match-model.ts';

/** `-m connlimit`: how many connections an address has. Linux: struct xt_connlimit_info. */
export interface ConnlimitMatch {
  readonly kind: 'connlimit';
  readonly holds: 'upto' | 'above';
  readonly limit: number;
  /** Length of the prefix that is counted together. */
  readonly prefix: number;
  readonly side: 'source' | 'destination';
}

/** An address usually has fewer. Linux: connlimit_mt(). */
export const connlimitMatch: MatchModel<ConnlimitMatch> = {
  support: () => 'given-fact',
  effect: 'pure',
  evaluate: ({ holds }, context) =>
    unknownHere(context, {
      kind: 'unknown',
      topic: 'match',
      about: 'connlimit',
      options: yesNo(holds === 'upto' ? 'yes' : 'no', 1),
    }),
};
