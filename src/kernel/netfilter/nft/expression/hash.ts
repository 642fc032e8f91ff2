import { askHere, type RuleScope } from '../rule-scope.ts';
import { BREAK, type Evaluated, known } from '../value.ts';
import type { Expression } from './expression.ts';

/**
 * `jhash` and `symhash`. The result is fixed for a flow but not worked out here, so each is as
 * likely as the others. Linux: struct nft_jhash, struct nft_symhash.
 */
export interface HashExpression {
  readonly kind: 'hash';
  readonly mode: 'jhash' | 'symhash';
  /** What is hashed; null is the flow's addresses and ports. */
  readonly of: Expression | null;
  readonly modulus: number;
  readonly offset: number;
  readonly seed: number | null;
}

/** Most results that are followed one by one. */
const MAX_FOLLOWED = 256;

/** Linux: nft_jhash_eval(), nft_symhash_eval(). */
export function evaluateHash(expression: HashExpression, scope: RuleScope): Evaluated {
  const { of, modulus, offset, mode } = expression;
  const input = of === null ? null : scope.evaluate(of);
  if (input?.kind === 'break') return BREAK;
  if (modulus > MAX_FOLLOWED) return { kind: 'value', value: [null] };
  if (modulus <= 1) return known(offset);
  const hashed = input === null ? '' : ` ${input.value.join(' . ')}`;
  const answer = askHere(scope, {
    kind: 'random',
    topic: 'random-match',
    about: `${mode}${hashed}`,
    options: Array.from({ length: modulus }, (_, i) => ({
      value: String(offset + i),
      probability: 1 / modulus,
      cost: 0,
    })),
  });
  return known(Number(answer.value));
}
