import type { Expression } from '../nft/expression/expression.ts';
import { operandsOf } from '../nft/expression/expression.ts';
import type { RuleScope } from '../nft/rule-scope.ts';
import type { Statement } from '../nft/statement/statement.ts';
import type { FieldCheck } from './field-check.ts';
import {
  componentNames,
  expressionText,
  intervalText,
  operatorText,
  partText,
  setText,
} from './nft-words.ts';
import type { NftEvaluation } from './rule-watch.ts';

/** Everything that a rule of nftables asked of a packet. Called while the packet is at the rule. */
export function explainNft({ rule, scope, brokeAt }: NftEvaluation): readonly FieldCheck[] {
  const last = brokeAt ?? rule.statements.length;
  return rule.statements.flatMap((statement, index) => {
    const result = index < last ? 'yes' : index === last ? 'no' : 'not-asked';
    return statementChecks(statement, result, scope);
  });
}

function statementChecks(
  statement: Statement,
  result: FieldCheck['result'],
  scope: RuleScope | null,
): readonly FieldCheck[] {
  switch (statement.kind) {
    case 'match': {
      const { left, right, operator } = statement;
      const names = componentNames(left);
      const wanted =
        right.kind === 'set'
          ? setText(right.set, names)
          : right.value.map((interval, i) => intervalText(interval, names[i] ?? '')).join(' . ');
      return [fieldCheck(left, `${operatorText(operator)}${wanted}`, result, scope)];
    }
    case 'vmap': {
      const wanted = `vmap ${setText(statement.map, componentNames(statement.key))}`;
      return [fieldCheck(statement.key, wanted, result, scope)];
    }
    default:
      // What decides nothing is told only where it ended the rule.
      return result === 'no'
        ? [
            {
              field: statement.kind,
              text: statement.kind,
              wanted: statement.kind,
              had: null,
              result,
            },
          ]
        : [];
  }
}

function fieldCheck(
  key: Expression,
  wanted: string,
  result: FieldCheck['result'],
  scope: RuleScope | null,
): FieldCheck {
  const name = expressionText(key);
  return {
    field: name,
    text: `${name} ${wanted}`,
    wanted,
    had: scope === null || result === 'not-asked' || isDrawn(key) ? null : hadOf(key, scope),
    result,
  };
}

/** What the kernel draws has another value whenever it is looked at. */
function isDrawn(expression: Expression): boolean {
  return expression.kind === 'numgen' || operandsOf(expression).some(isDrawn);
}

function hadOf(key: Expression, scope: RuleScope): string {
  const evaluated = scope.evaluate(key);
  if (evaluated.kind === 'break') return 'no such field in this packet';
  const names = componentNames(key);
  return evaluated.value.map((part, i) => partText(part, names[i] ?? '')).join(' . ');
}
