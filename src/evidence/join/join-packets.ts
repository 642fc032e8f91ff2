import type { JoinKey } from '../evidence.ts';
import { type Observation, subject } from '../observation.ts';
import {
  agreement,
  headersKey,
  identityKeys,
  resetKeys,
  sharesAnEnd,
  suffices,
} from './identity.ts';

/** Sightings of one packet, in reading order. */
export interface JoinedPacket {
  readonly sightings: readonly Observation[];
  readonly joinedBy: readonly JoinKey[];
}

interface Draft {
  readonly sightings: Observation[];
  readonly joinedBy: Set<JoinKey>;
  mergedInto: Draft | null;
}

/** A packet crosses a node at once; one that returns later on the same clock is another. */
const SAME_CLOCK_SECONDS = 5;
/** Across clocks only the wrap of the IP identification has to be told apart. */
const OTHER_CLOCK_SECONDS = 3600;
/** Linux: TCP_RTO_MIN. A copy at one capture point within it is no retransmission. */
const RETRANSMISSION_SECONDS = 0.2;
/** Sightings of one packet lie close together in each file; older ones are another packet's. */
const BUCKET = 16;
/**
 * More sightings than any path has places. A log that repeats one packet without end must not
 * make each line be compared with all before it.
 */
const MOST_SIGHTINGS = 256;

/** Finds the sightings that are one packet: by header identity, never by time alone. */
export function joinPackets(observations: readonly Observation[]): readonly JoinedPacket[] {
  const buckets = new Map<string, Draft[]>();
  const drafts: Draft[] = [];
  for (const observation of observations) {
    const keys = keysFor(observation);
    const found = candidates(keys, buckets).filter((draft) => admits(draft, observation));
    const [first, ...others] = found;
    const draft = first ?? newDraft(drafts);
    for (const other of others) if (mergeable(draft, other)) merge(draft, other);
    if (first) for (const key of agreedKeys(draft, observation)) draft.joinedBy.add(key);
    draft.sightings.push(observation);
    for (const key of keys) register(buckets, key, draft);
  }
  return drafts
    .filter((draft) => draft.mergedInto === null)
    .map((draft) => ({
      sightings: draft.sightings.toSorted((a, b) => a.id - b.id),
      joinedBy: [...draft.joinedBy],
    }));
}

function newDraft(drafts: Draft[]): Draft {
  const draft: Draft = { sightings: [], joinedBy: new Set(), mergedInto: null };
  drafts.push(draft);
  return draft;
}

function keysFor(observation: Observation): readonly string[] {
  const packet = subject(observation.packet);
  const identity = identityKeys(packet);
  const keys = [...identity, ...resetKeys(packet)];
  if (identity.length > 0 || observation.vantage.kind !== 'log') return keys;
  return [...keys, `${observation.vantage.group} ${headersKey(packet)}`];
}

function candidates(keys: readonly string[], buckets: Map<string, Draft[]>): readonly Draft[] {
  const found = new Set<Draft>();
  for (const key of keys) {
    for (const draft of buckets.get(key) ?? []) found.add(finalDraft(draft));
  }
  return [...found];
}

function finalDraft(draft: Draft): Draft {
  let last = draft;
  while (last.mergedInto) last = last.mergedInto;
  return last;
}

function register(buckets: Map<string, Draft[]>, key: string, draft: Draft): void {
  const bucket = buckets.get(key);
  if (!bucket) buckets.set(key, [draft]);
  else if (!bucket.includes(draft)) {
    bucket.push(draft);
    if (bucket.length > BUCKET) bucket.shift();
  }
}

function admits(draft: Draft, observation: Observation): boolean {
  return (
    draft.sightings.length < MOST_SIGHTINGS &&
    draft.sightings.every((sighting) => consistent(sighting, observation)) &&
    draft.sightings.some((sighting) => identical(sighting, observation))
  );
}

function mergeable(a: Draft, b: Draft): boolean {
  return (
    a.sightings.length + b.sightings.length <= MOST_SIGHTINGS &&
    a.sightings.every((x) => b.sightings.every((y) => consistent(x, y)))
  );
}

function merge(into: Draft, other: Draft): void {
  into.sightings.push(...other.sightings);
  for (const key of other.joinedBy) into.joinedBy.add(key);
  other.mergedInto = into;
}

/** Nothing speaks against the two being one packet. */
function consistent(a: Observation, b: Observation): boolean {
  if (agreement(subject(a.packet), subject(b.packet)) === null) return false;
  const apart = a.time === null || b.time === null ? null : Math.abs(a.time - b.time);
  if (apart !== null && a.clock === b.clock && apart > SAME_CLOCK_SECONDS) return false;
  if (apart !== null && a.timeBase === 'epoch' && b.timeBase === 'epoch') {
    if (apart > OTHER_CLOCK_SECONDS) return false;
  }
  return !sameVantage(a, b) || isCopy(a, b, apart);
}

/** A packet may be printed twice at one place: by two rules with one prefix, by a bridge. */
function isCopy(a: Observation, b: Observation, apart: number | null): boolean {
  const keys = agreement(subject(a.packet), subject(b.packet)) ?? [];
  if (!keys.includes('ip-id') && !keys.includes('tcp-timestamp')) return false;
  return a.vantage.kind === 'log' || (apart !== null && apart < RETRANSMISSION_SECONDS);
}

function sameVantage(a: Observation, b: Observation): boolean {
  const v = a.vantage;
  const w = b.vantage;
  if (v.group !== w.group || v.device !== w.device || v.direction !== w.direction) return false;
  if (v.kind === 'capture') return (a.packet.inner === null) === (b.packet.inner === null);
  return (
    v.hook === w.hook &&
    v.table === w.table &&
    v.chain === w.chain &&
    v.rule?.number === w.rule?.number &&
    v.rule?.kind === w.rule?.kind &&
    v.label === w.label &&
    v.iif === w.iif &&
    v.oif === w.oif
  );
}

/** Some header identity shows that the two are one packet. */
function identical(a: Observation, b: Observation): boolean {
  return keysBetween(a, b).length > 0;
}

function keysBetween(a: Observation, b: Observation): readonly JoinKey[] {
  const p = subject(a.packet);
  const q = subject(b.packet);
  const keys = agreement(p, q);
  if (keys === null) return [];
  if (suffices(keys, p, q)) return keys;
  const sameLog = a.vantage.kind === 'log' && a.vantage.group === b.vantage.group;
  const equal = headersKey(p) === headersKey(q) && p.ipId === q.ipId && sharesAnEnd(p, q);
  const timely = a.time !== null && b.time !== null && Math.abs(a.time - b.time) <= 1;
  return keys.length === 0 && sameLog && equal && timely ? ['headers'] : [];
}

function agreedKeys(draft: Draft, observation: Observation): readonly JoinKey[] {
  return draft.sightings.flatMap((sighting) => keysBetween(sighting, observation));
}
