import type { Address } from '../../packet/address.ts';
import { sameNetns } from '../../packet/place.ts';
import type { NetnsState } from '../netns-state.ts';
import type { DeviceRef } from './device.ts';
import { ownsAddress } from './find-device.ts';

/**
 * Whom a frame is for: what its destination MAC says. `owner`: the host that has an address.
 * `device`: the device that answered for it, which need not have the address (proxy ARP). `nobody`:
 * a MAC that no device on the link has.
 */
export type FrameTarget =
  | { readonly kind: 'owner'; readonly address: Address }
  | { readonly kind: 'device'; readonly end: DeviceRef }
  | { readonly kind: 'nobody'; readonly mac: string };

/** Whether a frame is for a namespace. */
export function isFrameFor(netns: NetnsState, target: FrameTarget): boolean {
  switch (target.kind) {
    case 'owner':
      return ownsAddress(netns, target.address);
    case 'device':
      return sameNetns(netns.ref, target.end.netns);
    case 'nobody':
      return false;
  }
}
