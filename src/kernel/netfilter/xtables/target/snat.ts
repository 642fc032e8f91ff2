import type { NatRange } from './nat-range.ts';
import type { TargetModel } from './target-model.ts';

/** `-j SNAT`. Linux: xt_snat_target_v2(). */
export interface SnatTarget extends NatRange {
  readonly kind: 'snat';
}

export const snatTarget: TargetModel<SnatTarget> = {
  support: () => 'exact',
  apply({ first, last, ports, random, randomFully, persistent }) {
    return {
      kind: 'end',
      verdict: {
        kind: 'nat',
        nat: { kind: 'snat', first, last, ports, random: random || randomFully, persistent },
      },
    };
  },
};
