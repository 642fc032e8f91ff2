import { type Address, sameAddress } from '../../packet/address.ts';
import type { NetnsState } from '../netns-state.ts';
import type { Device } from './device.ts';

interface Index {
  readonly byName: ReadonlyMap<string, Device>;
  readonly addresses: ReadonlySet<string>;
}

const cache = new WeakMap<NetnsState, Index>();

function indexOf(netns: NetnsState): Index {
  const known = cache.get(netns);
  if (known) return known;
  const byName = new Map<string, Device>();
  const addresses = new Set<string>();
  for (const device of netns.devices ?? []) {
    byName.set(device.name, device);
    for (const { address } of device.addresses) addresses.add(keyOf(address));
  }
  const index = { byName, addresses };
  cache.set(netns, index);
  return index;
}

function keyOf(address: Address): string {
  return `${address.family}:${address.bits}`;
}

/** A device by name, or undefined when there is none or the devices are not known. */
export function deviceNamed(netns: NetnsState, name: string): Device | undefined {
  return indexOf(netns).byName.get(name);
}

/** Whether a device of the namespace has this address: then the namespace answers ARP for it. */
export function ownsAddress(netns: NetnsState, address: Address): boolean {
  return indexOf(netns).addresses.has(keyOf(address));
}

/** The device that carries an address, or null. */
export function deviceWithAddress(netns: NetnsState, address: Address): Device | null {
  for (const device of netns.devices ?? []) {
    if (device.addresses.some((held) => sameAddress(held.address, address))) return device;
  }
  return null;
}
