import { yesNo } from '../../../decide.ts';
import { type MatchModel, unknownHere } from './match-model.ts';

/** `-m realm`: of the route that the packet takes. Linux: struct xt_realm_info. */
export interface RealmMatch {
  readonly kind: 'realm';
  readonly negated: boolean;
  readonly realm: number;
  readonly mask: number;
}

/** A route without realms is of realm 0; hardly any has them, and routes here do not keep them. Linux: realm_mt(). */
export const realmMatch: MatchModel<RealmMatch> = {
  support: () => 'given-fact',
  effect: 'pure',
  evaluate: ({ negated, realm }, context) =>
    unknownHere(context, {
      kind: 'unknown',
      topic: 'match',
      about: 'realm',
      options: yesNo((realm === 0) !== negated ? 'yes' : 'no', 3),
    }),
};
