import { netnsKey } from '../../../../packet/place.ts';
import { yesNo } from '../../../decide.ts';
import { answer, type MatchModel } from './match-model.ts';

/** `-m realm`: of the route that the packet takes. Linux: struct xt_realm_info. */
export interface RealmMatch {
  readonly kind: 'realm';
  readonly negated: boolean;
  readonly realm: number;
  readonly mask: number;
}

/**
 * A route without realms is of realm 0, and hardly any has them; the model's routes do not keep
 * them, so that is asked once for a namespace. Linux: realm_mt().
 */
export const realmMatch: MatchModel<RealmMatch> = {
  support: () => 'given-fact',
  effect: 'asks',
  evaluate({ negated, realm }, { packet, run, site }) {
    const { netns } = packet.context;
    const none = run.decider.decide({
      id: `realms:${netnsKey(netns.ref)}`,
      kind: 'unknown',
      topic: 'route',
      where: netns.ref,
      subject: 'no route has realms',
      options: yesNo('yes', 3),
    });
    if (none.value === 'yes') return answer((realm === 0) !== negated);
    const fits = run.decider.decide({
      id: `realms:${netnsKey(netns.ref)}:${site.rule.source.line}`,
      kind: 'unknown',
      topic: 'match',
      where: netns.ref,
      subject: site.rule.text,
      options: yesNo('no', 1),
    });
    return answer(fits.value === 'yes');
  },
};
