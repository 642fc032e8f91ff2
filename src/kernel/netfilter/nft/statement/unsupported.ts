import type { Option } from '../../../decide.ts';
import { askHere, nameUnsupported, type RuleScope } from '../rule-scope.ts';
import type { StatementOutcome } from './statement.ts';

/** A statement that is not modelled. It is named when a packet meets it, and forks. */
export interface UnsupportedStatement {
  readonly kind: 'unsupported';
  readonly name: string;
  /** False when nothing about it was recognised. */
  readonly known: boolean;
  /** The statement as nft prints it, or as JSON where even that is not known. */
  readonly text: string;
  readonly usesConntrack: boolean;
}

/** Statements that are not verdicts let the rule go on or do not match; few end it. */
const OUTCOMES: readonly Option[] = [
  { value: 'next', probability: 1, cost: 0 },
  { value: 'break', probability: 1, cost: 0 },
  { value: 'drop', probability: 1, cost: 1 },
  { value: 'accept', probability: 1, cost: 1 },
];

export function executeUnsupported(
  { name }: UnsupportedStatement,
  scope: RuleScope,
): StatementOutcome {
  nameUnsupported(scope, `nft statement ${name}`);
  const answer = askHere(scope, {
    kind: 'unknown',
    topic: 'target',
    about: name,
    options: OUTCOMES,
  });
  switch (answer.value) {
    case 'break':
      return { kind: 'break' };
    case 'drop':
      return { kind: 'end', end: { kind: 'drop' } };
    case 'accept':
      return { kind: 'end', end: { kind: 'accept' } };
    default:
      return { kind: 'next', skb: scope.packet.skb };
  }
}
