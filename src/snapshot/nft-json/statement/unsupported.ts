import type { UnsupportedStatement } from '../../../kernel/netfilter/nft/statement/unsupported.ts';
import { isObject, objectOf, textOf } from '../../json-value.ts';
import type { Printed } from '../read-value.ts';

/** A statement whose effect the model does not know. */
export function unsupportedStatement(json: unknown, known: boolean): Printed<UnsupportedStatement> {
  const text = JSON.stringify(json) ?? 'null';
  return node(isObject(json) ? nameOf(json) : text.slice(0, 60), known, text);
}

/** A statement that is known by its text only. */
export function unsupportedText(text: string): Printed<UnsupportedStatement> {
  const name = /^(?:add|update|delete) @/.test(text) ? 'map update' : text.split(' ', 1)[0];
  return node(name ?? text, true, text);
}

function node(name: string, known: boolean, text: string): Printed<UnsupportedStatement> {
  return {
    node: { kind: 'unsupported', name, known, text, usesConntrack: mayUseConntrack(text) },
    text,
  };
}

/** `xt target MARK`, `mangle`, `flow`. */
function nameOf(json: Readonly<Record<string, unknown>>): string {
  const [kind = 'statement'] = Object.keys(json);
  const operand = objectOf(json, kind);
  const parts = kind === 'xt' && operand ? [textOf(operand, 'type'), textOf(operand, 'name')] : [];
  return [kind, ...parts.filter((part) => part !== null)].join(' ');
}

/** What names a connection or a flow table makes the kernel track connections. */
function mayUseConntrack(text: string): boolean {
  return /\bct\b|\bflow\b|synproxy/.test(text);
}
