import { useElement } from '../choose-element.ts';
import type { Expression } from '../expression/expression.ts';
import type { RuleScope } from '../rule-scope.ts';
import type { NftSet } from '../set.ts';
import type { StatementOutcome } from './statement.ts';

/** `KEY vmap { ... }`: the verdict of the key's element. */
export interface VmapStatement {
  readonly kind: 'vmap';
  readonly key: Expression;
  readonly map: NftSet;
}

/** A key that the map lacks ends the rule: the next one is tried. Linux: nft_lookup_eval(). */
export function executeVmap({ key, map }: VmapStatement, scope: RuleScope): StatementOutcome {
  const data = useElement(key, map, scope)?.data;
  return data?.kind === 'verdict' ? { kind: 'end', end: data.verdict } : { kind: 'break' };
}
