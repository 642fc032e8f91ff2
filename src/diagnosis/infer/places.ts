import type { Evidence } from '../../evidence/evidence.ts';
import type { Network } from '../../kernel/network.ts';
import { type Address, sameAddress } from '../../packet/address.ts';
import { type NetnsRef, netnsKey } from '../../packet/place.ts';
import type { Places } from '../observed-flow.ts';

/**
 * Says in which namespace each observation was made: the one its path or line names, else the
 * node at its side of the conversation.
 */
export function placesFromSides(
  evidence: Evidence,
  network: Network,
  client: NetnsRef,
  endpointNode: NetnsRef,
): Places {
  const places = new Map<string, NetnsRef>();
  for (const group of evidence.groups) {
    const named = group.node === null ? null : { node: group.node, netns: group.netns };
    if (named && network.namespaces.has(netnsKey(named))) places.set(group.id, named);
    else if (group.side === 'client') places.set(group.id, { node: client.node, netns: null });
    else if (group.side === 'server') places.set(group.id, endpointNode);
  }
  return ({ vantage }) => places.get(vantage.group) ?? null;
}

/** The namespace that has an address, or null. */
export function ownerOf(network: Network, address: Address): NetnsRef | null {
  for (const netns of network.namespaces.values()) {
    const owns = (netns.devices ?? []).some(({ addresses }) =>
      addresses.some((held) => sameAddress(held.address, address)),
    );
    if (owns) return netns.ref;
  }
  return null;
}
