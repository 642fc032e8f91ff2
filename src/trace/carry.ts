import type { Departure } from '../kernel/departure.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { leavePort, transmit } from './crossing.ts';
import { decapsulateGeneve } from './geneve.ts';
import { decapsulateIp } from './ip-tunnel-receive.ts';
import type { Crossing, PacketEnd, Passage } from './passage.ts';
import { decapsulate } from './tunnel.ts';
import { decapsulateWireguard } from './wireguard.ts';
import type { World } from './world.ts';

/**
 * A packet that makes more passes goes in circles which no TTL ends: a loop between two nodes has up to
 * 255 hops, and a tunnel's packet makes some more on each.
 */
const MOST_PASSES = 2048;

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
      const { iif, boundTo, skb } = departure;
      const end = { kind: 'local', kernel, iif, boundTo, skb } as const;
      return takenByTunnel(world, kernel, departure) ?? { kind: 'end', end };
    }
    case 'dropped': {
      const { reason, skb, answer, errno, rejected, overLoopback, iif = '' } = departure;
      const routed = overLoopback ? ({ routed: 'loopback' } as const) : {};
      return {
        kind: 'end',
        end: { kind: 'dropped', kernel, reason, skb, answer, errno, rejected, iif, ...routed },
      };
    }
    case 'unknown':
      return { kind: 'end', end: { kind: 'unknown', kernel, skb: departure.skb } };
  }
}

/** What a tunnel of this namespace makes of a packet for it; null when none takes it. */
function takenByTunnel(
  world: World,
  kernel: Kernel,
  { skb, iif }: Extract<Departure, { readonly kind: 'local' }>,
): Crossing | null {
  return (
    decapsulate(kernel, skb) ??
    decapsulateIp(kernel, skb, iif) ??
    decapsulateGeneve(kernel, skb) ??
    decapsulateWireguard(world, kernel, skb)
  );
}
