import type { TargetModel } from './target-model.ts';

/**
 * A target that hands the packet to something outside the model, which decides: NFQUEUE, TPROXY,
 * SYNPROXY.
 */
export interface StolenTarget {
  readonly kind: 'stolen';
  readonly name: string;
  /** The options as they were read. */
  readonly options: string;
}

export const stolenTarget: TargetModel<StolenTarget> = {
  support: () => 'unsupported',
  apply(target, { packet, run, site }) {
    const by = `${target.name} ${target.options}`.trimEnd();
    const where = packet.context.netns.ref;
    run.unsupported({ construct: `target ${target.name}`, where, source: site.rule.source });
    return { kind: 'end', verdict: { kind: 'stolen', by } };
  },
};
