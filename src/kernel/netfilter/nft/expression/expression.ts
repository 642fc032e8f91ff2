import type { Support } from '../../../../packet/issue.ts';
import type { RuleScope } from '../rule-scope.ts';
import type { Evaluated } from '../value.ts';
import { type BinaryExpression, evaluateBinary } from './binary.ts';
import { type ConcatExpression, evaluateConcat } from './concat.ts';
import { type CtExpression, ctSupport, evaluateCt } from './ct.ts';
import { type DccpOptionExpression, evaluateDccpOption } from './dccp-option.ts';
import { type ExthdrExpression, evaluateExthdr } from './exthdr.ts';
import { evaluateFib, type FibExpression } from './fib.ts';
import { evaluateHash, type HashExpression } from './hash.ts';
import { evaluateIpsec, type IpsecExpression } from './ipsec.ts';
import { evaluateLiteral, type LiteralExpression } from './literal.ts';
import { evaluateMap, type MapExpression } from './map.ts';
import { evaluateMeta, type MetaExpression, metaSupport } from './meta.ts';
import { evaluateNumgen, type NumgenExpression } from './numgen.ts';
import { evaluateOsf, type OsfExpression } from './osf.ts';
import { evaluatePayload, type PayloadExpression, payloadSupport } from './payload.ts';
import { evaluateRawPayload, type RawPayloadExpression } from './raw-payload.ts';
import { evaluateRt, type RtExpression } from './rt.ts';
import { evaluateSctpChunk, type SctpChunkExpression } from './sctp-chunk.ts';
import { evaluateSocket, type SocketExpression } from './socket.ts';
import { evaluateTcpOption, type TcpOptionExpression } from './tcp-option.ts';
import { evaluateUnsupported, type UnsupportedExpression } from './unsupported.ts';

/** What gives a value: the left side of a match, the key of a map, the new value of a mark. */
export type Expression =
  | BinaryExpression
  | ConcatExpression
  | CtExpression
  | DccpOptionExpression
  | ExthdrExpression
  | FibExpression
  | HashExpression
  | IpsecExpression
  | LiteralExpression
  | MapExpression
  | MetaExpression
  | NumgenExpression
  | OsfExpression
  | PayloadExpression
  | RawPayloadExpression
  | RtExpression
  | SctpChunkExpression
  | SocketExpression
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
    case 'dccp-option':
      return evaluateDccpOption(expression, scope);
    case 'exthdr':
      return evaluateExthdr(expression, scope);
    case 'fib':
      return evaluateFib(expression, scope);
    case 'hash':
      return evaluateHash(expression, scope);
    case 'ipsec':
      return evaluateIpsec(expression, scope);
    case 'literal':
      return evaluateLiteral(expression);
    case 'map':
      return evaluateMap(expression, scope);
    case 'meta':
      return evaluateMeta(expression, scope);
    case 'numgen':
      return evaluateNumgen(expression, scope);
    case 'osf':
      return evaluateOsf(expression, scope);
    case 'payload':
      return evaluatePayload(expression, scope);
    case 'raw-payload':
      return evaluateRawPayload(expression, scope);
    case 'rt':
      return evaluateRt(expression, scope);
    case 'sctp-chunk':
      return evaluateSctpChunk(expression, scope);
    case 'socket':
      return evaluateSocket(expression, scope);
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
    case 'exthdr':
    case 'hash':
    case 'literal':
    case 'map':
    case 'numgen':
      return 'exact';
    case 'dccp-option':
    case 'fib':
    case 'ipsec':
    case 'osf':
    case 'raw-payload':
    case 'rt':
    case 'sctp-chunk':
    case 'socket':
    case 'tcp-option':
      return 'given-fact';
    case 'ct':
      return ctSupport(expression);
    case 'meta':
      return metaSupport(expression);
    case 'payload':
      return payloadSupport(expression);
    case 'unsupported':
      return expression.known ? 'unsupported' : 'unknown';
  }
}
