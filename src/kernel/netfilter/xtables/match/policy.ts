import { netnsKey } from '../../../../packet/place.ts';
import { yesNo } from '../../../decide.ts';
import { answer, type MatchModel } from './match-model.ts';

/** `-m policy`: what IPsec did or will do with the packet. Linux: struct xt_policy_info. */
export interface PolicyMatch {
  readonly kind: 'policy';
  readonly direction: 'in' | 'out';
  readonly policy: 'none' | 'ipsec';
  /** `--strict` and what describes each element, as printed. */
  readonly elements: string;
}

/**
 * Without IPsec a packet has no policy. Whether there is any is asked once for a namespace, since
 * no file of a snapshot tells. Linux: policy_mt().
 */
export const policyMatch: MatchModel<PolicyMatch> = {
  support: () => 'given-fact',
  effect: 'asks',
  evaluate({ policy, elements }, { packet, run, site }) {
    const { netns } = packet.context;
    const without = run.decider.decide({
      id: `xfrm:${netnsKey(netns.ref)}`,
      kind: 'unknown',
      topic: 'match',
      where: netns.ref,
      subject: 'no IPsec policies',
      options: yesNo('yes', 3),
    });
    if (without.value === 'yes') return answer(policy === 'none');
    const applies = run.decider.decide({
      id: `xfrm:${netnsKey(netns.ref)}:${site.rule.source.line}`,
      kind: 'unknown',
      topic: 'match',
      where: netns.ref,
      subject: site.rule.text,
      options: yesNo(elements === '' ? 'yes' : 'no', 1),
    });
    return answer((applies.value === 'yes') === (policy === 'ipsec'));
  },
};
