import type { Run } from '../../run.ts';
import { hashKey, isKnown, type NftElement, type NftSet } from './set.ts';
import { type Scalar, single, type Value } from './value.ts';

/**
 * Elements that rules added to a set during a run; null for one that they deleted.
 * They live as long as the run.
 */
type Changes = Map<NftSet, Map<Scalar, NftElement | null>>;

const changesOf = new WeakMap<Run, Changes>();

/**
 * What this run made of an element: the element, null when it was deleted, undefined when the
 * run did not touch it.
 */
export function addedInRun(run: Run, set: NftSet, value: Value): NftElement | null | undefined {
  const changes = changesOf.get(run)?.get(set);
  return changes && isKnown(value) ? changes.get(hashKey(value)) : undefined;
}

/**
 * Puts a key into a set or map for the rest of the run; `data` is what a map gives for it. False when
 * the set is full. An element that is there keeps its data. Linux: nft_dynset_eval().
 */
export function addInRun(
  run: Run,
  set: NftSet,
  key: readonly Scalar[],
  data: readonly Scalar[] | null,
): boolean {
  const changes = changesFor(run, set);
  const hash = hashKey(key);
  if (changes.has(hash) ? changes.get(hash) : set.exact.has(hash)) return true;
  const full = set.size !== null && set.exact.size + changes.size >= set.size;
  if (full) return false;
  const mapped = data && ({ kind: 'value', value: data.map(single) } as const);
  changes.set(hash, { key: key.map(single), data: mapped });
  return true;
}

/** Takes a key out of a set for the rest of the run. */
export function deleteInRun(run: Run, set: NftSet, key: readonly Scalar[]): void {
  changesFor(run, set).set(hashKey(key), null);
}

function changesFor(run: Run, set: NftSet): Map<Scalar, NftElement | null> {
  let changes = changesOf.get(run);
  if (!changes) {
    changes = new Map();
    changesOf.set(run, changes);
  }
  let ofSet = changes.get(set);
  if (!ofSet) {
    ofSet = new Map();
    changes.set(set, ofSet);
  }
  return ofSet;
}
