import { formatAddress } from '../../packet/address.ts';
import type { EvidenceGroup } from '../evidence.ts';
import { type Observation, subject } from '../observation.ts';
import type { Connection } from './connection.ts';

/**
 * Names the node of captures beside the client: OUTPUT lines of a host's log prove which
 * addresses that host sends from.
 */
export function inferNodes(
  groups: readonly EvidenceGroup[],
  connections: readonly Connection[],
): readonly EvidenceGroup[] {
  const hosts = localAddresses(connections);
  if (hosts.size === 0) return groups;
  return groups.map((group) => {
    if (group.kind !== 'capture' || group.node !== null || group.side !== 'client') return group;
    const found = new Set<string | null>();
    for (const address of clientAddresses(group.id, connections)) {
      found.add(hosts.get(address) ?? null);
    }
    const [node, ...others] = [...found];
    if (!node || others.length > 0) return group;
    return { ...group, node, clock: `${node}@${group.timeBase}`, nodeFrom: 'local-output' };
  });
}

/** The host by address; null when logs of two hosts claim it. */
function localAddresses(connections: readonly Connection[]): ReadonlyMap<string, string | null> {
  const hosts = new Map<string, string | null>();
  for (const { packets } of connections) {
    for (const sighting of packets.flatMap((packet) => packet.sightings)) {
      const { hook, node } = sighting.vantage;
      if (hook !== 'output' || node === null) continue;
      const address = formatAddress(sighting.packet.source);
      const known = hosts.get(address);
      hosts.set(address, known === undefined || known === node ? node : null);
    }
  }
  return hosts;
}

function clientAddresses(group: string, connections: readonly Connection[]): ReadonlySet<string> {
  const addresses = new Set<string>();
  for (const { packets } of connections) {
    for (const packet of packets) {
      for (const sighting of packet.sightings) {
        if (sighting.vantage.group !== group) continue;
        const { source, destination } = subject(sighting.packet);
        addresses.add(formatAddress(packet.direction === 'original' ? source : destination));
      }
    }
  }
  return addresses;
}

/** Writes what was inferred of a group into its observations. */
export function settleVantage(
  observation: Observation,
  groups: ReadonlyMap<string, EvidenceGroup>,
): Observation {
  const group = groups.get(observation.vantage.group);
  if (!group || group.node === observation.vantage.node) return observation;
  const clock = `${group.node}@${observation.timeBase}`;
  return { ...observation, clock, vantage: { ...observation.vantage, node: group.node } };
}
