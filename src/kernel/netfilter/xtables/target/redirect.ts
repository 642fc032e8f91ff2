import type { NatPorts } from './nat-range.ts';
import type { TargetModel } from './target-model.ts';

/** `-j REDIRECT`. Linux: redirect_tg4(). */
export interface RedirectTarget {
  readonly kind: 'redirect';
  readonly ports: NatPorts | null;
  readonly random: boolean;
}

export const redirectTarget: TargetModel<RedirectTarget> = {
  support: () => 'exact',
  apply: ({ ports, random }) => ({
    kind: 'end',
    verdict: { kind: 'nat', nat: { kind: 'redirect', ports, random } },
  }),
};
