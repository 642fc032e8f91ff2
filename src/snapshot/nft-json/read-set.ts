import type { NftSet } from '../../kernel/netfilter/nft/set.ts';
import {
  createSet,
  type ElementData,
  type NftElement,
  type SetHead,
} from '../../kernel/netfilter/nft/set.ts';
import { has, isObject, objectOf } from '../json-value.ts';
import type { DataType } from './data-type.ts';
import { type Printed, readValue } from './read-value.ts';
import { readVerdict } from './read-verdict.ts';

/** What the elements of a set or map are made of; `data` is null for a set. */
export interface ElementTypes {
  readonly key: readonly DataType[];
  readonly data: readonly DataType[] | 'verdict' | 'object' | null;
}

/** A set with its elements as nft prints them, or the first element that could not be read. */
export type SetReading =
  | { readonly kind: 'set'; readonly node: NftSet; readonly text: string }
  | { readonly kind: 'unreadable'; readonly element: string };

/** Builds a set from the elements of its JSON. */
export function readSet(
  head: SetHead,
  elements: readonly unknown[],
  types: ElementTypes,
): SetReading {
  const read: NftElement[] = [];
  const texts: string[] = [];
  let catchAll: NftElement | null = null;
  for (const json of elements) {
    const element = readElement(json, types);
    if (!element) return { kind: 'unreadable', element: JSON.stringify(json).slice(0, 80) };
    if (element.node.key.length === 0) catchAll = element.node;
    else read.push(element.node);
    texts.push(element.text);
  }
  return {
    kind: 'set',
    node: createSet(head, read, catchAll),
    text: texts.length === 0 ? '{ }' : `{ ${texts.join(', ')} }`,
  };
}

/** The element `*` has a key without components. */
function readElement(json: unknown, types: ElementTypes): Printed<NftElement> | null {
  const pair: readonly unknown[] = types.data === null ? [json] : Array.isArray(json) ? json : [];
  if (pair.length !== (types.data === null ? 1 : 2)) return null;
  const [keyJson, dataJson] = pair;
  const key = readKey(keyJson, types.key);
  if (!key) return null;
  if (types.data === null) return { node: { key: key.node, data: null }, text: key.text };
  const data = readData(dataJson, types.data);
  return data && { node: { key: key.node, data: data.node }, text: `${key.text} : ${data.text}` };
}

/** Timeouts, counters and comments of an element change nothing in a lookup. */
function readKey(json: unknown, types: readonly DataType[]) {
  const wrapped = isObject(json) ? objectOf(json, 'elem') : null;
  const value = wrapped && has(wrapped, 'val') ? wrapped.val : json;
  return value === '*' ? { node: [], text: '*' } : readValue(value, types);
}

function readData(
  json: unknown,
  types: readonly DataType[] | 'verdict' | 'object',
): Printed<ElementData> | null {
  if (types === 'object') {
    if (typeof json !== 'string') return null;
    return { node: { kind: 'object', name: json }, text: `"${json}"` };
  }
  if (types === 'verdict') {
    const verdict = readVerdict(json);
    return verdict && { node: { kind: 'verdict', verdict: verdict.node }, text: verdict.text };
  }
  const value =
    readValue(json, types) ?? (types.length > 1 ? readValue(json, types.slice(0, 1)) : null);
  return value && { node: { kind: 'value', value: value.node }, text: value.text };
}
