import { netnsKey } from '../../../../packet/place.ts';
import type { SourceRef } from '../../../../packet/source-ref.ts';
import type { Option, Topic } from '../../../decide.ts';
import type { Run } from '../../../run.ts';
import { describeFlow } from '../../flow-key.ts';
import type { RulePacket } from '../../rule-context.ts';
import type { XtTable } from '../table.ts';
import type { TargetOutcome } from './target-model.ts';

/** Something a packet met that the model cannot follow. */
export interface Unfollowed {
  readonly construct: string;
  readonly topic: Topic;
  readonly table: XtTable;
  readonly chain: string;
  readonly source: SourceRef;
  /** The rule or chain as text. */
  readonly subject: string;
}

/** Most targets that exist either let the packet go on or drop it; few accept it. */
const OUTCOMES: readonly Option[] = [
  { value: 'continue', probability: 1, cost: 0 },
  { value: 'drop', probability: 1, cost: 0 },
  { value: 'accept', probability: 1, cost: 1 },
];

/** Names what the packet met and asks how it ended. */
export function askWhatItDoes(met: Unfollowed, packet: RulePacket, run: Run): TargetOutcome {
  const where = packet.context.netns.ref;
  const { table, chain, source } = met;
  run.unsupported({ construct: met.construct, where, source });
  const place = `${netnsKey(where)}:${table.backend}:${table.family}:${table.name}:${chain}`;
  const answer = run.decider.decide({
    id: `${met.topic}:${place}:${source.line}:${packet.context.hook}:${describeFlow(packet.skb)}`,
    kind: 'unknown',
    topic: met.topic,
    where,
    subject: met.subject,
    options: OUTCOMES,
  });
  switch (answer.value) {
    case 'drop':
      return { kind: 'end', verdict: { kind: 'drop' } };
    case 'accept':
      return { kind: 'end', verdict: { kind: 'accept' } };
    default:
      return { kind: 'continue', skb: packet.skb };
  }
}
