import type { TargetModel } from './target-model.ts';
import { askWhatItDoes } from './what-it-does.ts';

/** A target that is not modelled, or one of its options. */
export interface UnsupportedTarget {
  readonly kind: 'unsupported';
  readonly name: string;
  /** The target's options as they were read. */
  readonly options: string;
  /** False when the name itself was not recognised. */
  readonly known: boolean;
  /** It registers connection tracking. Linux: nf_ct_netns_get() in its checkentry. */
  readonly usesConntrack: boolean;
}

export const unsupportedTarget: TargetModel<UnsupportedTarget> = {
  support: (target) => (target.known ? 'unsupported' : 'unknown'),
  apply: ({ name }, { packet, run, site: { table, chain, rule } }) =>
    askWhatItDoes(
      {
        construct: `target ${name}`,
        topic: 'target',
        table,
        chain,
        source: rule.source,
        subject: rule.text,
      },
      packet,
      run,
    ),
};
