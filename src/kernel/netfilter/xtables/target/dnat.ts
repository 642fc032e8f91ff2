import type { NatRange } from './nat-range.ts';
import type { TargetModel } from './target-model.ts';

/** `-j DNAT`. Linux: xt_dnat_target_v2(). */
export interface DnatTarget extends NatRange {
  readonly kind: 'dnat';
  /** `--to-destination a:80-90/100`: a range whose ports are shifted from this base. */
  readonly basePort: number | null;
}

export const dnatTarget: TargetModel<DnatTarget> = {
  support: (target) => (target.basePort === null ? 'exact' : 'unsupported'),
  apply(target, { packet, run, site }) {
    if (target.basePort !== null) {
      const where = packet.context.netns.ref;
      run.unsupported({ construct: 'DNAT base port', where, source: site.rule.source });
    }
    const { first, last, ports, random, randomFully, persistent } = target;
    return {
      kind: 'end',
      verdict: {
        kind: 'nat',
        nat: { kind: 'dnat', first, last, ports, random: random || randomFully, persistent },
      },
    };
  },
};
