import { MAPPED_OBJECTS } from '../../kernel/netfilter/nft/statement/object-map.ts';
import type { SourceRef } from '../../packet/source-ref.ts';
import {
  has,
  type JsonObject,
  listOf,
  numberOf,
  objectOf,
  objectsOf,
  textOf,
  textsOf,
} from '../json-value.ts';
import { type DataType, dataTypeOf } from './data-type.ts';
import { type ElementTypes, readSet } from './read-set.ts';
import type { TypedSet } from './table-scope.ts';
import { typeofNames } from './typeof-names.ts';

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
  const data = has(json, 'map') ? dataOf(dataNames) : null;
  if (data === null && has(json, 'map')) {
    return { kind: 'unreadable', why: `type ${dataNames.join(' . ')}` };
  }
  const head = {
    name: textOf(json, 'name'),
    keyTypes: keyNames,
    size: numberOf(json, 'size'),
    source,
    ...(holdsLimit(json) ? { limits: true as const } : {}),
  };
  const read = readSet(head, [...listOf(json, 'elem'), ...more], { key, data });
  return read.kind === 'set'
    ? {
        kind: 'set',
        set: { set: read.node, keyTypes: key, dataTypes: typeof data === 'string' ? null : data },
      }
    : { kind: 'unreadable', why: `element ${read.element}` };
}

/** Its elements get a limit or quota. */
function holdsLimit(json: JsonObject): boolean {
  return objectsOf(json, 'stmt').some((held) => has(held, 'limit') || has(held, 'quota'));
}

/**
 * A type is a name, a list of names, `ipv4_addr . inet_service`, or since nft 1.1 `{"typeof": expression}`.
 */
function typeNames(json: JsonObject, field: string): readonly string[] {
  const given = objectOf(json, field);
  if (given) return typeofNames(textOf(json, 'family') ?? '', given.typeof);
  return textOf(json, field)?.split(' . ') ?? textsOf(json, field);
}

/** What a map gives; null when its types are not known. */
function dataOf(names: readonly string[]): ElementTypes['data'] {
  const [only] = names;
  if (names.length === 1 && only === 'verdict') return 'verdict';
  const isObject = names.length === 1 && MAPPED_OBJECTS.some((name) => name === only);
  return isObject ? 'object' : dataTypesOf(names);
}

/** null when one is not known, or there is none. */
function dataTypesOf(names: readonly string[]): readonly DataType[] | null {
  const types = names.map(dataTypeOf).filter((type) => type !== null);
  return types.length === names.length && types.length > 0 ? types : null;
}
