import type { Packet } from '../../../../src/packet/packet.ts';

/**
 * What one client and one server say to each other through a router that tracks it. Every episode has a
 * client address of its own, so that many are played side by side in one namespace.
 */
export interface Episode {
  readonly name: string;
  readonly family?: 6;
  /** What is said, for a client that is reached at an address. */
  readonly lines: (ends: Ends) => readonly Line[];
}

export interface Ends {
  readonly client: Packet['source'];
  readonly server: Packet['source'];
}

/** A packet on its way to the router, by the wire of who sent it. */
export interface Line {
  readonly from: 'client' | 'server';
  readonly packet: Packet;
}

/** The fields of a packet that no episode is about. */
export function between(ends: Ends, from: Line['from']): Omit<Packet, 'protocol' | 'transport'> {
  const [source, destination] =
    from === 'client' ? [ends.client, ends.server] : [ends.server, ends.client];
  return { source, destination, ttl: 64, tos: 0, length: 0, dontFragment: false };
}
