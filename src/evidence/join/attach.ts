import { type Atom, richness } from './atoms.ts';
import { type Fields, maskOf, project, SLOT } from './fields.ts';
import type { Flows } from './flows.ts';
import {
  addSighting,
  type Doubt,
  type Instance,
  matchInstances,
  splitCopies,
} from './instances.ts';
import type { RoughClocks } from './rough-clocks.ts';
import { byTime, type Sighting } from './sighting.ts';

/**
 * Finds the packets of sightings that show no number of their own, or one that several packets
 * have: by their flow and all other headers, and among those that have the same headers by order
 * and time. What fits several packets is a packet of its own, with a doubt.
 */
export function attachWeak(
  left: readonly OpenAtom[],
  instances: readonly Instance[],
  flows: Flows,
  clocks: RoughClocks,
): { readonly instances: readonly Instance[]; readonly doubts: readonly Doubt[] } {
  const doubts: Doubt[] = [];
  const added: Instance[] = [];
  // What shows more comes first: it makes the packets that the others are looked for among.
  for (const level of levelsOf(left)) {
    const index = indexOf([...instances, ...added], flows);
    const rest: Sighting[] = [];
    const rivals = rivalsOf(level);
    const atoms = level.map(({ atom }) => atom);
    for (const list of placesOf(atoms, flows)) {
      const [first] = list;
      if (!first) continue;
      const candidates = [...new Set([...index.find(first), ...(rivals.get(first) ?? [])])];
      attach(list, candidates, clocks, { rest, doubts });
    }
    for (const alike of alikeOf(rest, flows)) {
      const split = splitCopies(alike, clocks);
      added.push(...split.instances);
      doubts.push(...split.doubts);
    }
  }
  return { instances: added, doubts };
}

/** An atom that has no packet yet, and the packets whose numbers it has. */
export interface OpenAtom {
  readonly atom: Atom;
  readonly rivals: readonly Instance[];
}

/** Atoms that show the same fields, those with most of them first. */
function levelsOf(left: readonly OpenAtom[]): readonly (readonly OpenAtom[])[] {
  const levels = new Map<number, { readonly rank: number; readonly atoms: OpenAtom[] }>();
  for (const open of left) {
    const mask = maskOf(open.atom.fields);
    const level = levels.get(mask);
    if (level) level.atoms.push(open);
    else levels.set(mask, { rank: richness(open.atom), atoms: [open] });
  }
  return [...levels.values()].toSorted((a, b) => b.rank - a.rank).map(({ atoms }) => atoms);
}

function rivalsOf(level: readonly OpenAtom[]): ReadonlyMap<Sighting, readonly Instance[]> {
  const rivals = new Map<Sighting, readonly Instance[]>();
  for (const { atom, rivals: known } of level) {
    if (known.length > 0) for (const sighting of atom.sightings) rivals.set(sighting, known);
  }
  return rivals;
}

function attach(
  list: readonly Sighting[],
  candidates: readonly Instance[],
  clocks: RoughClocks,
  { rest, doubts }: { readonly rest: Sighting[]; readonly doubts: Doubt[] },
): void {
  const visits = list.map((sighting) => [sighting]);
  const found = matchInstances(visits, candidates, clocks);
  list.forEach((sighting, at) => {
    const { candidates: possible, sure } = found[at] ?? { candidates: [], sure: true };
    const [only] = possible;
    if (!only || !sure) {
      rest.push(sighting);
      if (only) doubts.push({ sighting, candidates: possible });
      return;
    }
    addSighting(only, sighting);
    only.byOrder ||= candidates.length > 1 || list.length > 1;
  });
}

/** The sightings of each place with equal headers, in the order of time. */
function placesOf(atoms: readonly Atom[], flows: Flows): readonly (readonly Sighting[])[] {
  const lists = new Map<string, Sighting[]>();
  for (const { sightings, fields, tuple } of atoms) {
    for (const sighting of sightings) {
      const key = `${sighting.place} ${flows.of(tuple.key)} ${fields.join('|')}`;
      const list = lists.get(key);
      if (list) list.push(sighting);
      else lists.set(key, [sighting]);
    }
  }
  return [...lists.values()].map((list) => list.toSorted(byTime));
}

/** Finds instances by flow and by the fields that both a sighting and the instance show. */
function indexOf(
  instances: readonly Instance[],
  flows: Flows,
): { readonly find: (sighting: Sighting) => readonly Instance[] } {
  const masks = new Map<number, Instance[]>();
  for (const instance of instances) {
    const mask = maskOf(instance.fields);
    const list = masks.get(mask);
    if (list) list.push(instance);
    else masks.set(mask, [instance]);
  }
  const tables = new Map<string, Map<string, Instance[]>>();
  const tableOf = (mask: number, common: number): Map<string, Instance[]> => {
    const known = tables.get(`${common} ${mask}`);
    if (known) return known;
    const table = new Map<string, Instance[]>();
    for (const instance of masks.get(mask) ?? []) {
      const fields = project(instance.fields, common);
      const keys = new Set(
        instance.sightings.map(({ tuple }) => `${flows.of(tuple.key)} ${fields}`),
      );
      for (const key of keys) {
        const list = table.get(key);
        if (list) list.push(instance);
        else table.set(key, [instance]);
      }
    }
    tables.set(`${common} ${mask}`, table);
    return table;
  };
  const find = ({ fields, tuple }: Sighting): readonly Instance[] => {
    const own = maskOf(fields);
    const flow = flows.of(tuple.key);
    const found: Instance[] = [];
    for (const mask of masks.keys()) {
      const common = own & mask;
      if (!tells(common, fields)) continue;
      found.push(...(tableOf(mask, common).get(`${flow} ${project(fields, common)}`) ?? []));
    }
    return found;
  };
  return { find };
}

/** A flow's segments differ in their flags, its errors in their kind; datagrams may show nothing but their ends. */
function tells(common: number, fields: Fields): boolean {
  const has = (slot: number): boolean => (common & (1 << slot)) !== 0;
  if (fields[SLOT.flags] !== null) return has(SLOT.flags);
  return fields[SLOT.icmpKind] === null || has(SLOT.icmpKind);
}

/**
 * Sightings that may be copies of one packet: alike in all headers and of one flow. Within one
 * log, translation may have changed one end, when the other end is of one flow only.
 */
function alikeOf(sightings: readonly Sighting[], flows: Flows): readonly (readonly Sighting[])[] {
  const parent = sightings.map((_, index) => index);
  const find = (index: number): number => {
    let at = index;
    while (parent[at] !== at) {
      parent[at] = parent[parent[at] ?? at] ?? at;
      at = parent[at] ?? at;
    }
    return at;
  };
  const unite = (lists: Iterable<readonly number[]>): void => {
    for (const [first, ...others] of lists) {
      for (const other of others) if (first !== undefined) parent[find(other)] = find(first);
    }
  };
  const byFlow = new Map<string, number[]>();
  const byEnd = new Map<string, number[]>();
  const push = (map: Map<string, number[]>, key: string, index: number): void => {
    const list = map.get(key);
    if (list) list.push(index);
    else map.set(key, [index]);
  };
  sightings.forEach(({ tuple, fields, observation }, index) => {
    const shown = fields.join('|');
    push(byFlow, `${flows.of(tuple.key)} ${shown}`, index);
    const { kind, group } = observation.vantage;
    if (kind !== 'log') return;
    push(byEnd, `${group} from ${tuple.from} ${shown}`, index);
    push(byEnd, `${group} to ${tuple.to} ${shown}`, index);
  });
  unite(byFlow.values());
  unite([...byEnd.values()].filter((list) => isDistinctive(list, sightings)));
  const sets = new Map<number, Sighting[]>();
  sightings.forEach((sighting, index) => {
    const root = find(index);
    const list = sets.get(root);
    if (list) list.push(sighting);
    else sets.set(root, [sighting]);
  });
  return [...sets.values()];
}

const HOOK_SECONDS = 1;

/** No place saw it in two flows, and its first lines lie close together. */
function isDistinctive(list: readonly number[], sightings: readonly Sighting[]): boolean {
  const flowAt = new Map<string, string>();
  const firsts = new Map<string, number>();
  for (const index of list) {
    const sighting = sightings[index];
    if (!sighting) continue;
    const { vantage, time } = sighting.observation;
    const hook = `${vantage.hook}/${vantage.table}/${vantage.label}`;
    const known = flowAt.get(hook);
    if (known !== undefined && known !== sighting.tuple.key) return false;
    flowAt.set(hook, sighting.tuple.key);
    if (time === null) return false;
    if (!firsts.has(sighting.tuple.key)) firsts.set(sighting.tuple.key, time);
  }
  const times = [...firsts.values()];
  return Math.max(...times) - Math.min(...times) <= HOOK_SECONDS;
}
