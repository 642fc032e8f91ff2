import type { TargetModel } from './target-model.ts';
import { unchanged } from './target-model.ts';

/** `-j SET`: changes an ipset, which later matches of this model do not see. */
export interface SetTarget {
  readonly kind: 'set';
  /** The options as they were read. */
  readonly options: string;
}

/** Linux: set_target_v3(). */
export const setTarget: TargetModel<SetTarget> = {
  support: () => 'unsupported',
  apply(_target, context) {
    context.run.unsupported({
      construct: 'target SET',
      where: context.packet.context.netns.ref,
      source: context.site.rule.source,
    });
    return unchanged(context);
  },
};
