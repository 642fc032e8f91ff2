import type { SourceRef } from '../../../packet/source-ref.ts';
import { type Interval, isSingle, type Scalar, type Value, within } from './value.ts';
import type { Verdict } from './verdict.ts';

/**
 * A set or map of a table, or an anonymous one of a rule. Elements without intervals are found by
 * one hash lookup, as the kernel does it. Linux: nft_set_hash.c, nft_set_rbtree.c,
 * nft_set_pipapo.c.
 */
export interface NftSet {
  /** null for an anonymous set. */
  readonly name: string | null;
  /** nft's names of the key's types, e.g. `ipv4_addr`; empty when the input does not say. */
  readonly keyTypes: readonly string[];
  readonly exact: ReadonlyMap<Scalar, NftElement>;
  /** Elements with an interval; sorted by their start when the key has one component. */
  readonly intervals: readonly NftElement[];
  /** The element `*`. */
  readonly catchAll: NftElement | null;
  /** Its elements hold a limit or quota, which a packet that finds one has to pass. */
  readonly limits?: true;
  /** How many elements it may hold, for a set that rules add to; null is no limit. */
  readonly size: number | null;
  readonly source: SourceRef | null;
}

export interface NftElement {
  readonly key: readonly Interval[];
  /** What a map gives for the key; null in a set. */
  readonly data: ElementData | null;
}

export type ElementData =
  | { readonly kind: 'verdict'; readonly verdict: Verdict }
  /** The name of a counter, quota, limit... */
  | { readonly kind: 'object'; readonly name: string }
  /** Components may be intervals: ranges and prefixes of NAT maps. */
  | { readonly kind: 'value'; readonly value: readonly Interval[] };

export type SetLookup =
  | { readonly kind: 'found'; readonly element: NftElement }
  | { readonly kind: 'missing' }
  /** The key is not wholly known: one of these, or none. */
  | { readonly kind: 'unknown'; readonly candidates: readonly NftElement[] };

/** The parts of a set that are not its elements. */
export type SetHead = Pick<NftSet, 'name' | 'keyTypes' | 'size' | 'source' | 'limits'>;

/** Builds a set; `catchAll` is the data of the element `*`, or undefined when there is none. */
export function createSet(
  head: SetHead,
  elements: readonly NftElement[],
  catchAll: NftElement | null = null,
): NftSet {
  const exact = new Map<Scalar, NftElement>();
  const intervals: NftElement[] = [];
  for (const element of elements) {
    if (element.key.every(isSingle)) exact.set(elementKey(element.key), element);
    else intervals.push(element);
  }
  if (intervals.every((element) => element.key.length === 1)) {
    intervals.sort((a, b) => (startOf(a) < startOf(b) ? -1 : 1));
  }
  return { ...head, exact, intervals, catchAll };
}

function startOf(element: NftElement): Scalar {
  return element.key[0]?.first ?? 0;
}

/** The hash key of a value without intervals. */
export function elementKey(key: readonly Interval[]): Scalar {
  return hashKey(key.map((interval) => interval.first));
}

/** The hash key of known scalars. */
export function hashKey(scalars: readonly Scalar[]): Scalar {
  const [only] = scalars;
  return scalars.length === 1 && only !== undefined ? only : scalars.join(' . ');
}

/** Whether no component of the value is unknown. */
export function isKnown(value: Value): value is readonly Scalar[] {
  return !value.includes(null);
}

/** Looks a value up. Linux: nft_lookup_eval(). */
export function lookUp(set: NftSet, value: Value): SetLookup {
  if (!isKnown(value)) return lookUpUnknown(set, value);
  const element =
    set.exact.get(hashKey(value)) ?? intervalOf(set.intervals, value) ?? set.catchAll ?? null;
  return element ? { kind: 'found', element } : { kind: 'missing' };
}

/** Every element that agrees with the known components. */
function lookUpUnknown(set: NftSet, value: Value): SetLookup {
  const candidates = elementsOf(set).filter((element) => covers(element, value));
  return candidates.length === 0 ? { kind: 'missing' } : { kind: 'unknown', candidates };
}

/** All elements, `*` last. */
export function elementsOf(set: NftSet): readonly NftElement[] {
  const all = [...set.exact.values(), ...set.intervals];
  return set.catchAll ? [...all, set.catchAll] : all;
}

/** Whether the element's key holds the value; unknown components count as held. */
export function covers(element: NftElement, value: Value): boolean {
  return element.key.every((interval, i) => {
    const part = value[i];
    return part !== undefined && (part === null || within(interval, part));
  });
}

function intervalOf(
  intervals: readonly NftElement[],
  value: readonly Scalar[],
): NftElement | undefined {
  const [scalar] = value;
  if (intervals.length === 0 || scalar === undefined) return undefined;
  if (value.length > 1) return intervals.find((element) => covers(element, value));
  // The last interval that starts at or before the scalar: the kernel refuses overlaps.
  let low = 0;
  let high = intervals.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const element = intervals[middle];
    if (element && startOf(element) <= scalar) low = middle + 1;
    else high = middle;
  }
  const element = intervals[low - 1];
  return element && covers(element, value) ? element : undefined;
}
