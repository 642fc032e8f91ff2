import type { Support } from '../../../../packet/issue.ts';
import type { RuleScope } from '../rule-scope.ts';
import type { Evaluated } from '../value.ts';
import { type BinaryExpression, evaluateBinary } from './binary.ts';
import { type ConcatExpression, evaluateConcat } from './concat.ts';
import { type CtExpression, ctSupport, evaluateCt } from './ct.ts';
import { evaluateFib, type FibExpression } from './fib.ts';
import { evaluateHash, type HashExpression } from './hash.ts';
import { evaluateLiteral, type LiteralExpression } from './literal.ts';
import { evaluateMap, type MapExpression } from './map.ts';
import { evaluateMeta, type MetaExpression, metaSupport } from './meta.ts';
import { evaluateNumgen, type NumgenExpression } from './numgen.ts';
import { evaluatePayload, type PayloadExpression, payloadSupport } from './payload.ts';
import { evaluateTcpOption, type TcpOptionExpression } from './tcp-option.ts';
import { evaluateUnsupported, type UnsupportedExpression } from './unsupported.ts';

/** What gives a value: the left side of a match, the key of a map, the new value of a mark. */
export type Expression =
  | BinaryExpression
  | ConcatExpression
  | CtExpression
  | FibExpression
  | HashExpression
  | LiteralExpression
  | MapExpression
  | MetaExpression
  | NumgenExpression
  | PayloadExpression
  | TcpOptionExpression
  | UnsupportedExpression;

/** The value of an expression for a packet. */
export function evaluateExpression(expression: Expression, scope: RuleScope): Evaluated {
  switch (expression.kind) {
    case 'binary':
      return evaluateBinary(expression, scope);
    case 'concat':
      return evaluateConcat(expression, scope);
    case 'ct':
      return evaluateCt(expression, scope);
    case 'fib':
      return evaluateFib(expression, scope);
    case 'hash':
      return evaluateHash(expression, scope);
    case 'literal':
      return evaluateLiteral(expression);
    case 'map':
      return evaluateMap(expression, scope);
    case 'meta':
      return evaluateMeta(expression, scope);
    case 'numgen':
      return evaluateNumgen(expression, scope);
    case 'payload':
      return evaluatePayload(expression, scope);
    case 'tcp-option':
      return evaluateTcpOption(expression, scope);
    case 'unsupported':
      return evaluateUnsupported(expression, scope);
  }
}

/** The expressions inside an expression. */
export function operandsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'binary':
      return [expression.left, expression.right];
    case 'concat':
      return expression.parts;
    case 'hash':
      return expression.of === null ? [] : [expression.of];
    case 'map':
      return [expression.key];
    default:
      return [];
  }
}

/** How far an expression itself is supported; see `operandsOf` for those inside it. */
export function expressionSupport(expression: Expression): Support {
  switch (expression.kind) {
    case 'binary':
    case 'concat':
    case 'hash':
    case 'literal':
    case 'map':
    case 'numgen':
      return 'exact';
    case 'fib':
      return 'given-fact';
    case 'ct':
      return ctSupport(expression);
    case 'meta':
      return metaSupport(expression);
    case 'payload':
      return payloadSupport(expression);
    case 'tcp-option':
      return 'given-fact';
    case 'unsupported':
      return expression.known ? 'unsupported' : 'unknown';
  }
}
