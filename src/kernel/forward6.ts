import { isLoopback, sameAddress } from '../packet/address.ts';
import { ipv6Kind } from '../packet/ipv6-type.ts';
import { type Departure, dropped } from './departure.ts';
import type { Transit } from './forward.ts';
import type { IcmpError } from './icmp-error.ts';
import { type Kernel, record } from './kernel.ts';
import type { Skb } from './skb.ts';
import { demultiplexesEarly } from './sysctl-lookup-tcp.ts';
import { forwardingEnabled6 } from './sysctl-lookup6.ts';

/** RFC 4443: beyond scope of source address. Linux: ICMPV6_NOT_NEIGHBOUR. */
const BEYOND_SCOPE: IcmpError = { type: 1, code: 2, mtu: null };

/**
 * Why an IPv6 packet is not forwarded, or null. Unlike IPv4 it has a route by then, and a namespace that
 * does not forward says nothing. Linux: ip6_forward().
 */
export function forwardRefusal6(
  kernel: Kernel,
  { skb, iif, route }: Transit,
): Extract<Departure, { readonly kind: 'dropped' }> | null {
  const refuse = (at: string, answer: IcmpError | null = null) => {
    record(kernel, skb, { kind: 'drop', reason: 'IP_INADDRERRORS', at }, { iif });
    return { ...dropped(skb, 'IP_INADDRERRORS', at), answer };
  };
  const { source } = skb.packet;
  if (source.family !== 6) return null;
  if (!forwardingEnabled6(kernel.netns, iif, kernel.run.decider)) {
    return refuse('IPv6 forwarding is off');
  }
  if (hasOwnSocket(kernel, skb)) {
    const at = 'a packet of an own socket is not forwarded';
    record(kernel, skb, { kind: 'drop', reason: 'NOT_SPECIFIED', at }, { iif });
    return { ...dropped(skb, 'NOT_SPECIFIED', at), answer: null };
  }
  if (skb.packet.ttl <= 1 || route.device === iif) return null;
  switch (ipv6Kind(source)) {
    case 'any':
    case 'multicast':
    case 'loopback':
      return refuse('source address');
    case 'link-local':
      return refuse('source address', BEYOND_SCOPE);
    case 'site-local':
    case 'v4-mapped':
    case 'v4-compatible':
    case 'unicast':
      return null;
  }
}

/**
 * Whether early demultiplexing finds the socket of a packet that has no local route: an answer to ::1 whose source
 * a rule translated comes back by a device, where ::1 is nobody's, and yet a socket waits for it. Linux:
 * ip6_rcv_finish_core(), skb->sk in ip6_forward().
 */
function hasOwnSocket({ netns, run }: Kernel, { packet, ct }: Skb): boolean {
  const { destination, transport } = packet;
  if (destination.family !== 6 || !isLoopback(destination)) return false;
  if (transport.kind !== 'tcp' && transport.kind !== 'udp') return false;
  if (ct.kind !== 'tracked' || ct.direction !== 'reply') return false;
  // Nothing else than a socket of this namespace sends from ::1.
  if (!sameAddress(ct.connection.original.source, destination)) return false;
  return demultiplexesEarly(netns, transport.kind, run.decider);
}
