import type { JoinKey } from '../evidence.ts';
import type { Observation } from '../observation.ts';
import type { TrackedConnection } from '../tracked-connection.ts';
import { atomsOf } from './atoms.ts';
import { attachWeak } from './attach.ts';
import { type Cluster, clusterAtoms } from './clusters.ts';
import { identityBits, sharedKeys } from './fields.ts';
import { flowsOf } from './flows.ts';
import { type Doubt, type Instance, splitCopies } from './instances.ts';
import { roughClocks } from './rough-clocks.ts';
import { type Sighting, sightingOf } from './sighting.ts';

/** Sightings of one packet, in reading order. */
export interface JoinedPacket {
  readonly sightings: readonly Observation[];
  readonly joinedBy: readonly JoinKey[];
  /** Indexes of the packets that one of the sightings may be of as well. */
  readonly mayBe: readonly number[];
}

/** Enough identity to prove that two tuples are one flow under translation. */
const PROVING_BITS = 32;

/**
 * Finds the sightings that are one packet: by header identity, never by time alone. Copies that
 * have the same headers are told apart by order and time; what stays open is said.
 * Linear in the number of sightings but for sorting.
 */
export function joinPackets(
  observations: readonly Observation[],
  tracked: readonly TrackedConnection[] = [],
): readonly JoinedPacket[] {
  const flows = flowsOf(tracked);
  const { clusters, left } = clusterAtoms(atomsOf(observations.map(sightingOf)), flows);
  for (const { fields, tuples } of clusters) {
    if (tuples.size > 1 && identityBits(fields, fields) >= PROVING_BITS) flows.unite(tuples.keys());
  }
  const clocks = roughClocks(singles(clusters));
  const instances: Instance[] = [];
  const doubts: Doubt[] = [];
  const ofCluster = new Map<Cluster, readonly Instance[]>();
  for (const cluster of clusters) {
    const split = splitCopies(sightingsOf(cluster), clocks);
    for (const instance of split.instances) instances.push(instance);
    for (const doubt of split.doubts) doubts.push(doubt);
    ofCluster.set(cluster, split.instances);
  }
  const open = left.map(({ atom, rivals }) => ({
    atom,
    rivals: rivals.flatMap((cluster) => ofCluster.get(cluster) ?? []),
  }));
  const weak = attachWeak(open, instances, flows, clocks);
  return numbered([...instances, ...weak.instances], [...doubts, ...weak.doubts]);
}

function sightingsOf({ atoms }: Cluster): readonly Sighting[] {
  return atoms.flatMap(({ sightings }) => sightings);
}

/** Packets that every place saw once. */
function* singles(clusters: readonly Cluster[]): Iterable<readonly Sighting[]> {
  for (const cluster of clusters) {
    const sightings = sightingsOf(cluster);
    if (
      sightings.length > 1 &&
      new Set(sightings.map(({ place }) => place)).size === sightings.length
    ) {
      yield sightings;
    }
  }
}

function numbered(
  instances: readonly Instance[],
  doubts: readonly Doubt[],
): readonly JoinedPacket[] {
  const firstId = ({ sightings }: Instance): number =>
    sightings.reduce(
      (least, { observation }) => Math.min(least, observation.id),
      Number.MAX_SAFE_INTEGER,
    );
  const ordered = instances
    .map((instance) => ({ instance, id: firstId(instance) }))
    .toSorted((a, b) => a.id - b.id)
    .map(({ instance }) => instance);
  const indexes = new Map(ordered.map((instance, index) => [instance, index]));
  const owner = new Map<Sighting, number>();
  ordered.forEach(({ sightings }, index) => {
    for (const sighting of sightings) owner.set(sighting, index);
  });
  const mayBe = new Map<number, Set<number>>();
  for (const { sighting, candidates } of doubts) {
    const own = owner.get(sighting);
    if (own === undefined) continue;
    const set = mayBe.get(own) ?? new Set<number>();
    mayBe.set(own, set);
    for (const candidate of candidates) {
      const index = indexes.get(candidate);
      if (index !== undefined && index !== own) set.add(index);
    }
  }
  return ordered.map((instance, index) => ({
    sightings: instance.sightings
      .map(({ observation }) => observation)
      .toSorted((a, b) => a.id - b.id),
    joinedBy: joinedBy(instance),
    mayBe: [...(mayBe.get(index) ?? [])].toSorted((a, b) => a - b),
  }));
}

function joinedBy({ sightings, byOrder }: Instance): readonly JoinKey[] {
  if (sightings.length < 2) return [];
  const keys: JoinKey[] = [...sharedKeys(sightings.map(({ fields }) => fields))];
  const traces = new Set(
    sightings.map(({ observation: { vantage } }) => `${vantage.group} ${vantage.traceId}`),
  );
  const traced = sightings.filter(({ observation }) => observation.vantage.traceId !== null);
  if (traced.length > 1 && traces.size < sightings.length) keys.push('trace-id');
  if (keys.length === 0) keys.push('headers');
  if (byOrder) keys.push('order');
  return keys;
}
