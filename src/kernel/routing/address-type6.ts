import type { Address } from '../../packet/address.ts';
import { ipv6Kind, needsDevice } from '../../packet/ipv6-type.ts';
import type { Decider } from '../decide.ts';
import { deviceNamed } from '../device/find-device.ts';
import type { NetnsState } from '../netns-state.ts';
import type { AddressType } from './address-type.ts';
import { fib6Lookup } from './fib-lookup.ts';

/**
 * What an IPv6 address is to a namespace, by rules and tables; with a device, a local address has to be
 * that device's. Linux: match_lookup_rt6() of xt_addrtype.c, __nft_fib6_eval_type().
 */
export function addressType6(
  netns: NetnsState,
  address: Extract<Address, { family: 6 }>,
  device: string | null,
  decider: Decider,
): AddressType {
  const kind = ipv6Kind(address);
  if (kind === 'multicast') return 'multicast';
  if (kind === 'any') return 'unspec';
  if (device !== null && netns.devices && holds(netns, device, address)) return 'local';
  const key = {
    destination: address,
    source: null,
    iif: 'lo',
    oif: device,
    mark: 0,
    tos: 0,
    protocol: 0,
    sport: 0,
    dport: 0,
    uid: 0,
  };
  const strict = device !== null || needsDevice(address);
  const found = fib6Lookup(netns, key, { device, strict }, decider);
  if (found.kind === 'error') return found.errno === 'EACCES' ? 'prohibit' : 'unreachable';
  const { type } = found.route;
  if (type === 'anycast') return 'anycast';
  return type === 'local' && device === null ? 'local' : 'unicast';
}

function holds(netns: NetnsState, device: string, address: Address): boolean {
  return (deviceNamed(netns, device)?.addresses ?? []).some(
    (held) => held.address.bits === address.bits && !held.flags?.includes('tentative'),
  );
}
