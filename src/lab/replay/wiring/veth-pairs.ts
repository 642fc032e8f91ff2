import type { Link } from '../read/links.ts';

/** A veth end in the namespace that holds it. `T` is whatever the caller calls a namespace. */
export interface VethEnd<T> {
  readonly holder: T;
  readonly link: Link;
}

/** What is needed to tell whether a namespace knows a MAC on one of its ports. */
export interface MacKnowledge<T> {
  /** `holder` learned `mac` on its port `device`, or has it as a neighbour through it. */
  readonly knows: (holder: T, device: string, mac: string) => boolean;
}

export interface Pairing<T> {
  readonly pairs: readonly (readonly [VethEnd<T>, VethEnd<T>])[];
  /** Ends that several others fit. */
  readonly ambiguous: readonly VethEnd<T>[];
}

/**
 * Pairs the veth ends of one node's namespaces. Each end tells the other's index; the namespace
 * id beside it means something only to the namespace that printed it, and pods' indexes repeat. So a
 * pair must agree in both directions, and where several would do, the MAC that a bridge learned on
 * the port decides. What stays open is left open.
 */
export function pairVeths<T>(ends: readonly VethEnd<T>[], { knows }: MacKnowledge<T>): Pairing<T> {
  const candidates = ends.flatMap((a, i) =>
    ends.slice(i + 1).flatMap((b) => (fits(a, b) ? [[a, b] as const] : [])),
  );
  const seen = ([a, b]: readonly [VethEnd<T>, VethEnd<T>]): boolean =>
    (b.link.mac !== null && knows(a.holder, a.link.name, b.link.mac)) ||
    (a.link.mac !== null && knows(b.holder, b.link.name, a.link.mac));
  const unambiguous = new Set(alone(candidates));
  const byMac = alone(candidates.filter(seen)).filter((pair) => !unambiguous.has(pair));
  const taken = new Set(byMac.flat());
  const rest = candidates.filter(([a, b]) => !taken.has(a) && !taken.has(b));
  const pairs = [...byMac, ...alone(rest)];
  const done = new Set(pairs.flat());
  return { pairs, ambiguous: ends.filter((end) => !done.has(end) && uses(candidates, end) > 0) };
}

function fits<T>(a: VethEnd<T>, b: VethEnd<T>): boolean {
  const beside = a.holder === b.holder;
  if (beside !== (a.link.otherNetns === null) || beside !== (b.link.otherNetns === null)) {
    return false;
  }
  return names(a.link, b.link) && names(b.link, a.link);
}

/** Whether `link` names `other` as its other end. */
function names(link: Link, other: Link): boolean {
  return link.other.index !== null
    ? link.other.index === other.index
    : link.other.name === other.name;
}

function uses<T>(pairs: readonly (readonly [VethEnd<T>, VethEnd<T>])[], end: VethEnd<T>): number {
  return pairs.filter((pair) => pair.includes(end)).length;
}

/** Pairs whose ends are in no other pair. */
function alone<T>(
  pairs: readonly (readonly [VethEnd<T>, VethEnd<T>])[],
): readonly (readonly [VethEnd<T>, VethEnd<T>])[] {
  const count = new Map<VethEnd<T>, number>();
  for (const end of pairs.flat()) count.set(end, (count.get(end) ?? 0) + 1);
  return pairs.filter(([a, b]) => count.get(a) === 1 && count.get(b) === 1);
}
