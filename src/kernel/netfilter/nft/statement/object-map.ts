import { OPEN_QUESTION } from '../../../decide.ts';
import { useElement } from '../choose-element.ts';
import type { Expression } from '../expression/expression.ts';
import { askHere, type RuleScope } from '../rule-scope.ts';
import type { NftSet } from '../set.ts';
import type { StatementOutcome } from './statement.ts';
import { executeSynproxy } from './synproxy.ts';

/** `counter name KEY map @objects`: the object that a packet's key maps to. Linux: struct nft_objref_map. */
export interface ObjectMapStatement {
  readonly kind: 'object-map';
  readonly object: MappedObject;
  readonly key: Expression;
  readonly map: NftSet;
}

export const MAPPED_OBJECTS = [
  'counter',
  'quota',
  'limit',
  'ct helper',
  'ct timeout',
  'ct expectation',
  'secmark',
  'synproxy',
] as const;

export type MappedObject = (typeof MAPPED_OBJECTS)[number];

/** A key that the map lacks ends the rule. Linux: nft_objref_map_eval(). */
export function executeObjectMap(
  { object, key, map }: ObjectMapStatement,
  scope: RuleScope,
): StatementOutcome {
  if (useElement(key, map, scope) === null) return { kind: 'break' };
  if (object === 'synproxy') return executeSynproxy(scope);
  const next: StatementOutcome = { kind: 'next', skb: scope.packet.skb };
  if (object !== 'limit' && object !== 'quota') return next;
  const answer = askHere(scope, {
    kind: 'unknown',
    topic: 'match',
    about: object,
    options: OPEN_QUESTION,
  });
  return answer.value === 'yes' ? next : { kind: 'break' };
}
