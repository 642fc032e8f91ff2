import { netnsKey } from '../../../../packet/place.ts';
import { describeFlow } from '../../flow-key.ts';
import type { TargetModel } from './target-model.ts';

/** `-j NFQUEUE` and `-j QUEUE`: a program decides. Linux: struct xt_NFQ_info_v3. */
export interface QueueTarget {
  readonly kind: 'queue';
  readonly name: 'NFQUEUE' | 'QUEUE';
  /** The options as they were read. */
  readonly options: string;
  /** Without a program the packet goes on; otherwise it is dropped then. */
  readonly bypass: boolean;
}

/**
 * The program's verdict is not known; nor is whether one listens. What it accepts goes on behind the
 * table. Linux: nfqueue_tg_v3(), nf_queue().
 */
export const queueTarget: TargetModel<QueueTarget> = {
  support: () => 'given-fact',
  apply({ bypass }, { packet, run, site: { table, chain, rule } }) {
    const where = packet.context.netns.ref;
    const place = `${netnsKey(where)}:${table.backend}:${table.family}:${table.name}:${chain}`;
    const verdict = run.decider.decide({
      id: `target:${place}:${rule.source.line}:${packet.context.hook}:${describeFlow(packet.skb)}`,
      kind: 'unknown',
      topic: 'target',
      where,
      subject: rule.text,
      options: [
        { value: 'accept', probability: 1, cost: 0 },
        // A queue that nobody reads lets packets pass only with the option.
        { value: 'drop', probability: 1, cost: bypass ? 1 : 0 },
      ],
    });
    return { kind: 'end', verdict: { kind: verdict.value === 'accept' ? 'accept' : 'drop' } };
  },
};
