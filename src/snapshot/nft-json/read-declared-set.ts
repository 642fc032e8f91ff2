import type { SourceRef } from '../../packet/source-ref.ts';
import { has, type JsonObject, listOf, numberOf, textOf, textsOf } from '../json-value.ts';
import { type DataType, dataTypeOf } from './data-type.ts';
import { readSet } from './read-set.ts';
import type { TypedSet } from './table-scope.ts';

/** A set or map of a table, or why it could not be read. */
export type DeclaredSet =
  | { readonly kind: 'set'; readonly set: TypedSet }
  | { readonly kind: 'unreadable'; readonly why: string };

/**
 * Reads a `set` or `map` object with its elements; `more` are those that nft lists apart from it.
 */
export function readDeclaredSet(
  json: JsonObject,
  more: readonly unknown[],
  source: SourceRef,
): DeclaredSet {
  const keyNames = typeNames(json, 'type');
  const key = dataTypesOf(keyNames);
  if (!key) return { kind: 'unreadable', why: `type ${keyNames.join(' . ')}` };
  const dataNames = typeNames(json, 'map');
  const isVerdict = dataNames.length === 1 && dataNames[0] === 'verdict';
  const data = !has(json, 'map') ? null : isVerdict ? ('verdict' as const) : dataTypesOf(dataNames);
  if (data === null && has(json, 'map')) {
    return { kind: 'unreadable', why: `type ${dataNames.join(' . ')}` };
  }
  const head = {
    name: textOf(json, 'name'),
    keyTypes: keyNames,
    size: numberOf(json, 'size'),
    source,
  };
  const read = readSet(head, [...listOf(json, 'elem'), ...more], { key, data });
  return read.kind === 'set'
    ? { kind: 'set', set: { set: read.node, keyTypes: key } }
    : { kind: 'unreadable', why: `element ${read.element}` };
}

/** A type is a name, a list of names, or `ipv4_addr . inet_service`. */
function typeNames(json: JsonObject, field: string): readonly string[] {
  return textOf(json, field)?.split(' . ') ?? textsOf(json, field);
}

/** null when one is not known, or there is none. */
function dataTypesOf(names: readonly string[]): readonly DataType[] | null {
  const types = names.map(dataTypeOf).filter((type) => type !== null);
  return types.length === names.length && types.length > 0 ? types : null;
}
