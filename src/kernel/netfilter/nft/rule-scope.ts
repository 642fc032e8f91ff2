import { netnsKey } from '../../../packet/place.ts';
import type { Option, Question, Topic } from '../../decide.ts';
import type { Run } from '../../run.ts';
import { describeDraw, describeFlow } from '../flow-key.ts';
import type { RulePacket } from '../rule-context.ts';
import type { Expression } from './expression/expression.ts';
import type { NftRule, NftTable } from './table.ts';
import type { Evaluated } from './value.ts';

/** What an expression or a statement of a rule can look at. */
export interface RuleScope {
  readonly packet: RulePacket;
  readonly run: Run;
  readonly table: NftTable;
  /** The base chain that the packet is in; `chain` may have been jumped to from it. */
  readonly base: string;
  readonly chain: string;
  readonly rule: NftRule;
  /** Index of the statement within the rule. */
  readonly statement: number;
  /** How often each random choice was made in this traversal: a second visit draws anew. */
  readonly draws: Map<string, number>;
  evaluate(expression: Expression): Evaluated;
}

/** What a question says beside its place. */
export interface RuleQuestion {
  readonly kind: Question['kind'];
  readonly topic: Topic;
  /** Distinguishes the questions of one statement. */
  readonly about: string;
  readonly options: readonly Option[];
  /** Every evaluation chooses anew, as `numgen` does; others repeat their answer. */
  readonly anew?: true;
}

/** Where a rule stands, for ids: namespace, table, chain, handle. */
export function ruleKey(scope: Pick<RuleScope, 'packet' | 'table' | 'chain' | 'rule'>): string {
  const { packet, table, chain, rule } = scope;
  const where = netnsKey(packet.context.netns.ref);
  return `${where}:nft:${table.family}:${table.name}:${chain}:${rule.handle}`;
}

/** Asks about one evaluation: this statement, at this hook, for this packet's flow. */
export function askHere(scope: RuleScope, asked: RuleQuestion): Option {
  const { packet, rule, run } = scope;
  const { hook, netns } = packet.context;
  const place = `${asked.topic}:${ruleKey(scope)}:${scope.statement}:${asked.about}`;
  const met = asked.anew ? describeDraw(packet.skb) : describeFlow(packet.skb);
  const id = `${place}:${hook}:${met}`;
  return run.decider.decide({
    id: asked.anew ? nextDraw(scope, `${id}:${scope.base}`) : id,
    kind: asked.kind,
    topic: asked.topic,
    where: netns.ref,
    subject: rule.text,
    options: asked.options,
  });
}

function nextDraw({ draws }: RuleScope, id: string): string {
  const before = draws.get(id) ?? 0;
  draws.set(id, before + 1);
  return before === 0 ? id : `${id}:${before + 1}`;
}

/** Names a construct that the packet met and the model does not support. */
export function nameUnsupported(scope: RuleScope, construct: string): void {
  const where = scope.packet.context.netns.ref;
  scope.run.unsupported({ construct, where, source: scope.rule.source });
}
