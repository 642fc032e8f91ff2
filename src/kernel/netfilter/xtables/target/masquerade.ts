import type { NatPorts } from './nat-range.ts';
import type { TargetModel } from './target-model.ts';

/** `-j MASQUERADE`. Linux: masquerade_tg(). */
export interface MasqueradeTarget {
  readonly kind: 'masquerade';
  readonly ports: NatPorts | null;
  readonly random: boolean;
  readonly randomFully: boolean;
}

export const masqueradeTarget: TargetModel<MasqueradeTarget> = {
  support: () => 'exact',
  apply: ({ ports, random, randomFully }) => ({
    kind: 'end',
    verdict: { kind: 'nat', nat: { kind: 'masquerade', ports, random: random || randomFully } },
  }),
};
