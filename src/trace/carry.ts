import { leavePort, transmit } from './crossing.ts';
import type { Crossing, PacketEnd, Passage } from './passage.ts';
import { decapsulate } from './tunnel.ts';
import type { World } from './world.ts';

/** More passes than any real path has; a packet that makes them goes in circles. */
const MOST_PASSES = 128;

/** Carries a packet from its first pass through the network to its end. */
export function carry(world: World, start: Passage): PacketEnd {
  let current = start;
  for (let passes = 0; passes < MOST_PASSES; passes++) {
    const crossing = next(world, current);
    if (crossing.kind === 'end') return crossing.end;
    current = crossing.passage;
  }
  return { kind: 'looped', kernel: current.kernel, skb: current.departure.skb };
}

function next(world: World, { kernel, departure }: Passage): Crossing {
  switch (departure.kind) {
    case 'transmit':
      return transmit(world, kernel, departure);
    case 'bridged':
      return leavePort(world, kernel, departure);
    case 'local': {
      const { iif, skb } = departure;
      return decapsulate(kernel, skb) ?? { kind: 'end', end: { kind: 'local', kernel, iif, skb } };
    }
    case 'dropped': {
      const { reason, skb, answer, errno, rejected } = departure;
      return {
        kind: 'end',
        end: { kind: 'dropped', kernel, reason, skb, answer, errno, rejected },
      };
    }
    case 'unknown':
      return { kind: 'end', end: { kind: 'unknown', kernel, skb: departure.skb } };
  }
}
