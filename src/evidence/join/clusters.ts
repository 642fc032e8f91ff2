import { type Atom, mayMeet, richness, type Spans, widen } from './atoms.ts';
import { blockKeys, contradict, type Fields, identityBits, together } from './fields.ts';
import type { Flows } from './flows.ts';
import type { Tuple } from './tuple.ts';

/** Atoms that are one packet in the forms that NAT and the formats give it, or copies of it. */
export interface Cluster {
  fields: Fields;
  readonly atoms: Atom[];
  readonly tuples: Map<string, Tuple>;
  readonly spans: Spans;
  /** The packet's number in each tracer that numbers packets. */
  readonly traces: Map<string, string>;
}

export interface Clustered {
  readonly clusters: readonly Cluster[];
  readonly left: readonly LeftAtom[];
}

/** An atom without an identity of its own, or with that of several clusters. */
export interface LeftAtom {
  readonly atom: Atom;
  readonly rivals: readonly Cluster[];
}

/** More different packets under one key than any honest file has; beyond it nothing is guessed. */
const BUCKET = 64;

/** Below this an atom's own fields do not identify it. */
const LEAST_BITS = 16;
/** Masquerading with random ports keeps no end: then two numbers have to agree. */
const BITS_WITHOUT_END = 48;

/**
 * Joins atoms by the numbers that they show. What shows most comes first, so that a sighting
 * with few fields meets all packets it may be of; when more than one fits equally, it is left.
 */
export function clusterAtoms(atoms: readonly Atom[], flows: Flows): Clustered {
  const clusters: Cluster[] = [];
  const left: LeftAtom[] = [];
  const buckets = new Map<string, Cluster[]>();
  const ranked = atoms.map((atom) => ({ atom, rank: richness(atom) }));
  for (const { atom } of ranked.toSorted((a, b) => b.rank - a.rank)) {
    const keys = keysOf(atom);
    if (
      keys.length === 0 ||
      (identityBits(atom.fields, atom.fields) < LEAST_BITS && !traceOf(atom))
    ) {
      left.push({ atom, rivals: [] });
      continue;
    }
    const found = choose(atom, keys, buckets, flows);
    if (found.length > 1) {
      left.push({ atom, rivals: found });
      continue;
    }
    const [only] = found;
    const cluster = only ?? newCluster(atom, clusters);
    if (only) add(only, atom);
    for (const key of keys) register(buckets, key, cluster);
  }
  return { clusters, left };
}

function keysOf(atom: Atom): readonly string[] {
  const trace = traceOf(atom);
  const keys = blockKeys(atom.fields);
  return trace ? [...keys, `T${trace.tracer} ${trace.id}`] : keys;
}

function traceOf({ sightings }: Atom): { readonly tracer: string; readonly id: string } | null {
  const vantage = sightings[0]?.observation.vantage;
  if (!vantage || vantage.traceId === null) return null;
  return { tracer: vantage.group, id: vantage.traceId };
}

function newCluster(atom: Atom, clusters: Cluster[]): Cluster {
  const cluster: Cluster = {
    fields: atom.fields,
    atoms: [],
    tuples: new Map(),
    spans: new Map(),
    traces: new Map(),
  };
  add(cluster, atom);
  clusters.push(cluster);
  return cluster;
}

function add(cluster: Cluster, atom: Atom): void {
  cluster.fields = together(cluster.fields, atom.fields);
  cluster.atoms.push(atom);
  cluster.tuples.set(atom.tuple.key, atom.tuple);
  widen(cluster.spans, atom.sightings);
  const trace = traceOf(atom);
  if (trace) cluster.traces.set(trace.tracer, trace.id);
}

function register(buckets: Map<string, Cluster[]>, key: string, cluster: Cluster): void {
  const bucket = buckets.get(key);
  if (!bucket) buckets.set(key, [cluster]);
  else if (!bucket.includes(cluster)) {
    bucket.push(cluster);
    if (bucket.length > BUCKET) bucket.shift();
  }
}

interface Rated {
  readonly cluster: Cluster;
  readonly weight: number;
  /** It must not have a rival at all. */
  readonly weak: boolean;
}

function choose(
  atom: Atom,
  keys: readonly string[],
  buckets: ReadonlyMap<string, readonly Cluster[]>,
  flows: Flows,
): readonly Cluster[] {
  const spans: Spans = new Map();
  widen(spans, atom.sightings);
  const seen = new Set<Cluster>();
  const rated: Rated[] = [];
  for (const key of keys) {
    for (const cluster of buckets.get(key) ?? []) {
      if (seen.has(cluster)) continue;
      seen.add(cluster);
      const rating = rate(atom, spans, cluster, flows);
      if (rating) rated.push(rating);
    }
  }
  const [best, ...others] = rated.toSorted((a, b) => b.weight - a.weight);
  if (!best) return [];
  const rivals = others.filter(({ weight }) => best.weak || weight === best.weight);
  return [best, ...rivals].map(({ cluster }) => cluster);
}

function rate(atom: Atom, spans: Spans, cluster: Cluster, flows: Flows): Rated | null {
  const trace = traceOf(atom);
  const numbered = trace ? cluster.traces.get(trace.tracer) : undefined;
  if (contradict(atom.fields, cluster.fields) || !mayMeet(spans, cluster.spans)) return null;
  if (trace && numbered !== undefined) {
    return numbered === trace.id ? { cluster, weight: 1000, weak: false } : null;
  }
  const bits = identityBits(atom.fields, cluster.fields);
  const kinship = kinshipOf(atom.tuple, cluster, flows);
  if (bits < (kinship === 0 ? BITS_WITHOUT_END : LEAST_BITS)) return null;
  return { cluster, weight: bits + 20 * kinship, weak: kinship < 2 && bits < BITS_WITHOUT_END };
}

/** 3: one flow. 2: one source end. 1: one destination or one source port. 0: nothing in common. */
function kinshipOf(tuple: Tuple, { tuples }: Cluster, flows: Flows): number {
  if (tuples.has(tuple.key)) return 3;
  const flow = flows.of(tuple.key);
  let best = 0;
  for (const other of tuples.values()) {
    if (flows.of(other.key) === flow) return 3;
    if (other.from === tuple.from) best = 2;
    else if (best < 1 && (other.to === tuple.to || samePort(other, tuple))) best = 1;
  }
  return best;
}

function samePort(a: Tuple, b: Tuple): boolean {
  return a.sport !== null && a.sport === b.sport;
}
