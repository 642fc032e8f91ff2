import { yesNo } from '../../../decide.ts';
import { type MatchModel, unknownHere } from './match-model.ts';

/** `-m policy`: what IPsec did or will do with the packet. Linux: struct xt_policy_info. */
export interface PolicyMatch {
  readonly kind: 'policy';
  readonly direction: 'in' | 'out';
  readonly policy: 'none' | 'ipsec';
  /** `--strict` and what describes each element, as printed. */
  readonly elements: string;
}

/**
 * Without IPsec a packet has no policy, whatever its elements are. Whether a node has any, no file of
 * a snapshot tells; few have. Linux: policy_mt().
 */
export const policyMatch: MatchModel<PolicyMatch> = {
  support: () => 'given-fact',
  effect: 'pure',
  evaluate: ({ policy }, context) =>
    unknownHere(context, {
      kind: 'unknown',
      topic: 'match',
      about: 'policy',
      options: yesNo(policy === 'none' ? 'yes' : 'no', 3),
    }),
};
