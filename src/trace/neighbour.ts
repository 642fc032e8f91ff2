import { icmpError } from '../kernel/icmp-error.ts';
import { type Kernel, record } from '../kernel/kernel.ts';
import type { Skb } from '../kernel/skb.ts';
import type { Address } from '../packet/address.ts';
import { netnsKey } from '../packet/place.ts';
import { type Crossing, ended } from './passage.ts';

/**
 * No neighbour answers. The sender is told by an ICMP error, also a local one: the error goes over
 * the loopback device, through all hooks, and to a socket bound to a device it does not get.
 * Linux: arp_error_report(), ipv4_link_failure(), ndisc_error_report(), ip6_link_failure().
 */
export function neighbourFailed(
  kernel: Kernel,
  skb: Skb,
  nexthop: Address,
  device: string,
  iif = '',
): Crossing {
  // Of IPv6 the kernel notes no reason. Linux: neigh_invalidate(), ndisc_error_report().
  const { family } = skb.packet.source;
  const reason = family === 4 ? 'NEIGH_FAILED' : 'NOT_SPECIFIED';
  record(
    kernel,
    skb,
    { kind: 'drop', reason, at: `${netnsKey(kernel.netns.ref)} ${device}` },
    { oif: device },
  );
  record(kernel, skb, { kind: 'neighbour', address: nexthop, mac: null }, { oif: device });
  return ended({
    kind: 'dropped',
    kernel,
    reason,
    skb,
    answer: icmpError(family, 'host-unreachable'),
    errno: null,
    rejected: false,
    routed: 'out',
    iif,
  });
}
