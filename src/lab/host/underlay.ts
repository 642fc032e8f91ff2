import type { CableEnd, LabNamespace, LabPlace, Topology } from '../topology/topology.ts';

/** A device on a shared wire, as `snapshot.json` names it. */
interface Member {
  readonly node: string;
  readonly netns?: string;
  readonly device: string;
}

/** `underlay` of `snapshot.json`; see DESIGN, "Snapshot". */
export interface UnderlayFacts {
  readonly segments: readonly {
    readonly name: string;
    readonly members: readonly Member[];
    /** As for all of them, where another one may drop something. */
    readonly filters?: readonly never[];
  }[];
  /** Nothing is on these wires but what the snapshot holds. */
  readonly complete: boolean;
  /** Present and empty: the fabric drops nothing. Absent: it may. */
  readonly filters?: readonly never[];
}

/**
 * What a topology says about the wires between nodes: its segments, and cables from one node to
 * another. Hosts outside the snapshot are left out, and then the wires are not complete.
 */
export function underlayOf(topology: Topology): UnderlayFacts {
  const { namespaces, cables, segments } = topology;
  const places = new Map(namespaces.map(({ name, place }: LabNamespace) => [name, place]));
  const wires = [
    ...segments.map(({ name, members, filter }) => ({ name, members, open: filter === undefined })),
    ...cables
      .filter(({ ends: [a, b] }) => nodeOf(places, a) !== nodeOf(places, b))
      .map(({ ends }, i) => ({ name: `cable${i}`, members: ends, open: true })),
  ];
  const allOpen = wires.every(({ open }) => open);
  const known = wires.map(({ name, members, open }) => ({
    name,
    members: members.flatMap((end) => memberOf(places.get(end.namespace), end)),
    ...(open && !allOpen ? { filters: [] } : {}),
  }));
  return {
    segments: known.filter(({ members }) => members.length > 0),
    complete: known.every(({ members }, i) => members.length === wires[i]?.members.length),
    ...(allOpen ? { filters: [] } : {}),
  };
}

function nodeOf(places: ReadonlyMap<string, LabPlace>, { namespace }: CableEnd): string | null {
  const place = places.get(namespace);
  return place === undefined || place.kind === 'outside' ? null : place.node;
}

function memberOf(place: LabPlace | undefined, { device }: CableEnd): Member[] {
  if (place === undefined) return [];
  switch (place.kind) {
    case 'node':
      return [{ node: place.node, device }];
    case 'pod':
      return [{ node: place.node, netns: place.netns, device }];
    case 'outside':
      return [];
  }
}
