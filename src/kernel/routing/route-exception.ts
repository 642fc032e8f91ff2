import { type Address, sameAddress } from '../../packet/address.ts';
import type { NetnsState } from '../netns-state.ts';
import type { RouteException } from './route.ts';

/**
 * What was learned of a destination by a route out of a device. It may have expired since the snapshot was
 * made; then the next packet that is too big teaches it again. Linux: find_exception().
 */
export function exceptionFor(
  netns: NetnsState,
  destination: Address,
  device: string,
): RouteException | null {
  return (
    netns.routing.exceptions?.find(
      (known) => known.device === device && sameAddress(known.destination, destination),
    ) ?? null
  );
}

/** The MTU towards a destination. Linux: ip_rt_update_pmtu(), ip6_mtu(). */
export function learntMtu(exception: RouteException | null, mtu: number): number {
  return Math.min(mtu, exception?.mtu ?? mtu);
}
