import { type Verdict, verdictName } from '../../kernel/netfilter/nft/verdict.ts';
import { has, isObject, objectOf, textOf } from '../json-value.ts';
import type { Printed } from './read-value.ts';

/** `{"accept": null}`, `{"jump": {"target": "c"}}`; null when it is no verdict. */
export function readVerdict(json: unknown): Printed<Verdict> | null {
  const node = isObject(json) ? verdictOf(json) : null;
  return node && { node, text: verdictName(node) };
}

function verdictOf(json: Readonly<Record<string, unknown>>): Verdict | null {
  for (const kind of ['accept', 'drop', 'continue', 'return'] as const) {
    if (has(json, kind)) return { kind };
  }
  for (const kind of ['jump', 'goto'] as const) {
    const operand = objectOf(json, kind);
    const target = operand && textOf(operand, 'target');
    if (target) return { kind, target };
  }
  return null;
}
