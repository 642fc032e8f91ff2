import { ICMP_HOST_UNREACHABLE } from '../kernel/answer.ts';
import { type Kernel, record } from '../kernel/kernel.ts';
import type { Skb } from '../kernel/skb.ts';
import type { Address } from '../packet/address.ts';
import { netnsKey } from '../packet/place.ts';
import { type Crossing, ended } from './passage.ts';

/** No neighbour answers. Linux: arp_error_report(), ip_error(). */
export function neighbourFailed(
  kernel: Kernel,
  skb: Skb,
  nexthop: Address,
  device: string,
  local: boolean,
): Crossing {
  record(
    kernel,
    skb,
    { kind: 'drop', reason: 'NEIGH_FAILED', at: `${netnsKey(kernel.netns.ref)} ${device}` },
    { oif: device },
  );
  record(kernel, skb, { kind: 'neighbour', address: nexthop, mac: null }, { oif: device });
  return ended({
    kind: 'dropped',
    kernel,
    reason: 'NEIGH_FAILED',
    skb,
    answer: local ? null : ICMP_HOST_UNREACHABLE,
    errno: local ? 'EHOSTUNREACH' : null,
    rejected: false,
  });
}
