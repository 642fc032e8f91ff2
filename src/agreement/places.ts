import type { LabPlace, Topology } from '../lab/topology/topology.ts';
import type { NetnsRef } from '../packet/place.ts';

/** The place in a snapshot of each namespace of a laboratory, by the laboratory's name for it. */
export type Places = ReadonlyMap<string, LabPlace>;

/** The places of a topology's namespaces. */
export function placesOf(topology: Pick<Topology, 'namespaces'>): Places {
  return new Map(topology.namespaces.map(({ name, place }) => [name, place]));
}

/** The namespace as a snapshot names it; null for one that no snapshot holds. */
export function refOf(place: LabPlace): NetnsRef | null {
  switch (place.kind) {
    case 'node':
      return { node: place.node, netns: null };
    case 'pod':
      return { node: place.node, netns: place.netns };
    case 'outside':
      return null;
  }
}
