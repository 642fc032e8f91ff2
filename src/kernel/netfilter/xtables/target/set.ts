import type { SetDirection } from '../../ipset-membership.ts';
import { changeSetInRun, testSetInRun } from '../set-changes.ts';
import { type TargetContext, type TargetModel, unchanged } from './target-model.ts';

/** `-j SET`. Linux: struct xt_set_info_target_v3. */
export interface SetTarget {
  readonly kind: 'set';
  readonly add: SetUse | null;
  readonly remove: SetUse | null;
  readonly map: (SetUse & { readonly what: readonly ('mark' | 'prio' | 'queue')[] }) | null;
  readonly exist: boolean;
  /** Seconds; null is the set's own. */
  readonly timeout: number | null;
}

export interface SetUse {
  readonly set: string;
  readonly directions: readonly SetDirection[];
}

/**
 * Later matches of a run see what was put into a set. What an element says about marks is not
 * read, so a packet that finds one may have another mark. Linux: set_target_v3().
 */
export const setTarget: TargetModel<SetTarget> = {
  support: ({ map }) => (map === null ? 'exact' : 'unsupported'),
  apply({ add, remove, map }, context) {
    const { packet, run } = context;
    for (const [use, adds] of [[add, true] as const, [remove, false] as const]) {
      if (use && !changeSetInRun({ ...use, add: adds }, packet, run)) name(context, use.set);
    }
    if (map) {
      const query = { set: map.set, directions: map.directions, returnNomatch: false };
      if (testSetInRun(query, packet, run) !== 'no') name(context, map.set);
    }
    return unchanged(context);
  },
};

function name({ packet, run, site }: TargetContext, set: string): void {
  run.unsupported({
    construct: `target SET of set ${set}`,
    where: packet.context.netns.ref,
    source: site.rule.source,
  });
}
