import type { Support } from '../../../../packet/issue.ts';
import { netnsKey } from '../../../../packet/place.ts';
import type { Option, Question, Topic } from '../../../decide.ts';
import type { Run } from '../../../run.ts';
import { describeDraw, describeFlow } from '../../flow-key.ts';
import type { RulePacket } from '../../rule-context.ts';
import type { RuleSite } from '../rule-site.ts';

/** What a match extension is and does. One per kind, see `registry.ts`. */
export interface MatchModel<M> {
  support(match: M): Support;
  /**
   * - `pure`: evaluation changes nothing and asks nothing; it may answer with a question
   * - `asks`: evaluation itself may ask, so it is put off until the rule's other matches hold
   * - `stateful`: evaluation changes what later matches see, so its place in the rule counts
   */
  readonly effect: 'pure' | 'asks' | 'stateful';
  evaluate(match: M, context: MatchContext): MatchAnswer;
}

export interface MatchContext {
  readonly packet: RulePacket;
  readonly run: Run;
  readonly site: RuleSite;
}

export type MatchAnswer = 'yes' | 'no' | { readonly kind: 'unknown'; readonly question: Question };

/** A definite answer. */
export function answer(matches: boolean): 'yes' | 'no' {
  return matches ? 'yes' : 'no';
}

/** All parts of a match must hold: `no` wins over unknown, unknown over `yes`. */
export function every(answers: readonly MatchAnswer[]): MatchAnswer {
  if (answers.includes('no')) return 'no';
  return answers.find((part) => part !== 'yes') ?? 'yes';
}

/** What a question about a match says beside its place. */
export interface MatchQuestion {
  readonly kind: Question['kind'];
  readonly topic: Topic;
  /** Distinguishes the questions of one rule, e.g. the match's name. */
  readonly about: string;
  readonly options: readonly Option[];
}

/**
 * A question about one evaluation of a match: this rule, at this hook, for this packet's flow and
 * direction. Another packet of the flow gets the same answer, unless the kernel draws for each.
 */
export function unknownHere(context: MatchContext, asked: MatchQuestion): MatchAnswer {
  const { site, packet } = context;
  const where = packet.context.netns.ref;
  const { table, chain, rule } = site;
  const met = asked.kind === 'random' ? describeDraw(packet.skb) : describeFlow(packet.skb);
  const place = `${netnsKey(where)}:${table.backend}:${table.family}:${table.name}:${chain}`;
  return {
    kind: 'unknown',
    question: {
      id: `${asked.topic}:${place}:${rule.source.line}:${asked.about}:${packet.context.hook}:${met}`,
      kind: asked.kind,
      topic: asked.topic,
      where,
      subject: rule.text,
      options: asked.options,
    },
  };
}
