import { netnsKey } from '../../packet/place.ts';
import { type Decider, yesNo } from '../decide.ts';
import { deviceNamed } from '../device/find-device.ts';
import type { NetnsState } from '../netns-state.ts';
import { mtu6 } from '../sysctl-lookup6.ts';

/** Whether a device is up; one that is only known by name counts as up. */
export function isUp(netns: NetnsState, device: string): boolean {
  return deviceNamed(netns, device)?.up ?? netns.devices === undefined;
}

/** The MTU of a device, bytes; asked for when the devices were not collected. */
export function deviceMtu(netns: NetnsState, device: string, decider: Decider): number {
  const known = deviceNamed(netns, device)?.mtu;
  if (known !== undefined) return known;
  const answer = decider.decide({
    id: `mtu:${netnsKey(netns.ref)}:${device}`,
    kind: 'unknown',
    topic: 'mtu',
    where: netns.ref,
    subject: device,
    options: [
      { value: device === 'lo' ? '65536' : '1500', probability: 1, cost: 0 },
      { value: '1400', probability: 1, cost: 5 },
    ],
  });
  return Number(answer.value);
}

/** Whether a device has an IPv4 address, which strict and loose validation both need. */
export function hasIpv4Address(netns: NetnsState, device: string, decider: Decider): boolean {
  const known = deviceNamed(netns, device);
  if (known) return known.addresses.some(({ address }) => address.family === 4);
  if (netns.devices) return false;
  const answer = decider.decide({
    id: `interface-address:${netnsKey(netns.ref)}:${device}:any`,
    kind: 'unknown',
    topic: 'interface-address',
    where: netns.ref,
    subject: device,
    options: yesNo('yes', 5),
  });
  return answer.value === 'yes';
}

/** The smallest MTU of IPv6, bytes (RFC 8200). Linux: IPV6_MIN_MTU. */
export const IPV6_MIN_MTU = 1280;

/** The MTU of an IPv6 route by a device. Linux: ip6_mtu(). */
export function routeMtu6(
  netns: NetnsState,
  routeMtu: number | null,
  device: string,
  decider: Decider,
): number {
  return routeMtu ?? mtu6(netns, device) ?? deviceMtu(netns, device, decider);
}
