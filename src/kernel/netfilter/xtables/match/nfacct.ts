import type { MatchModel } from './match-model.ts';

/** `-m nfacct`: counts, and always holds. Linux: nfacct_mt(). */
export interface NfacctMatch {
  readonly kind: 'nfacct';
  readonly name: string;
}

export const nfacctMatch: MatchModel<NfacctMatch> = {
  support: () => 'no-effect',
  effect: 'pure',
  evaluate: () => 'yes',
};
