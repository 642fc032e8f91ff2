import type { NatRange } from './nat-range.ts';
import type { TargetModel } from './target-model.ts';

/** `-j DNAT`. Linux: xt_dnat_target_v2(). */
export interface DnatTarget extends NatRange {
  readonly kind: 'dnat';
  /** `--to-destination a:80-90/100`: a range whose ports are shifted from this base. */
  readonly basePort: number | null;
}

export const dnatTarget: TargetModel<DnatTarget> = {
  support: () => 'exact',
  apply({ first, last, ports, basePort, random, randomFully, persistent }) {
    const base = basePort === null ? {} : { basePort };
    return {
      kind: 'end',
      verdict: {
        kind: 'nat',
        nat: {
          kind: 'dnat',
          first,
          last,
          ports,
          random: random || randomFully,
          persistent,
          ...base,
        },
      },
    };
  },
};
