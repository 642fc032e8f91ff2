import { type Address, formatAddress, isIpv4Multicast } from '../../packet/address.ts';
import { netnsKey } from '../../packet/place.ts';
import { type Decider, yesNo } from '../decide.ts';
import type { NetnsState } from '../netns-state.ts';
import { addressType6 } from './address-type6.ts';
import { type FibKey, fibOf, lookupTable } from './fib.ts';
import { hasCustomRules } from './fib-lookup.ts';

/** What an address is to a namespace. */
export type AddressType =
  | 'local'
  | 'broadcast'
  | 'multicast'
  | 'unicast'
  | 'anycast'
  /** IPv6 alone tells these: no route leads there, or none that may be used; and :: itself. */
  | 'unreachable'
  | 'prohibit'
  | 'unspec';

/**
 * The type of an address by the local table alone; with a device, a local or broadcast address
 * of another device is unicast. Linux: inet_addr_type(), inet_dev_addr_type().
 */
export function addressType(
  netns: NetnsState,
  address: Address,
  device: string | null,
  decider: Decider,
): AddressType {
  if (address.family === 6) return addressType6(netns, address, device, decider);
  if (address.bits === 0 || address.bits === 0xffffffff) {
    return 'broadcast';
  }
  if (isIpv4Multicast(address)) return 'multicast';
  const fib = fibOf(netns);
  if (fib === null) return askWhetherLocal(netns, address, decider);
  // While local and main are one table, a longer prefix of main hides a local one.
  const table = hasCustomRules(netns) ? fib.tables.get('local') : fib.merged;
  const answer = lookupTable(netns, table, plainKey(address), decider);
  if (answer.kind !== 'found' || (device !== null && answer.nexthop.device !== device)) {
    return 'unicast';
  }
  return typeOf(answer.route.type);
}

function typeOf(type: string): AddressType {
  return type === 'local' || type === 'broadcast' || type === 'multicast' || type === 'anycast'
    ? type
    : 'unicast';
}

function plainKey(destination: Address): FibKey {
  return {
    destination,
    source: null,
    iif: 'lo',
    oif: null,
    mark: 0,
    tos: 0,
    protocol: 0,
    sport: 0,
    dport: 0,
    uid: 0,
  };
}

function askWhetherLocal(netns: NetnsState, address: Address, decider: Decider): AddressType {
  const text = formatAddress(address);
  const answer = decider.decide({
    id: `local-address:${netnsKey(netns.ref)}:${text}`,
    kind: 'unknown',
    topic: 'interface-address',
    where: netns.ref,
    subject: text,
    options: yesNo('no', 3),
  });
  return answer.value === 'yes' ? 'local' : 'unicast';
}
