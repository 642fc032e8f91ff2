import { ipv6Kind } from '../packet/ipv6-type.ts';
import { type Departure, dropped } from './departure.ts';
import type { Transit } from './forward.ts';
import type { IcmpError } from './icmp-error.ts';
import { type Kernel, record } from './kernel.ts';
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
