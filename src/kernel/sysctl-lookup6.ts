import type { Decider } from './decide.ts';
import type { NetnsState } from './netns-state.ts';
import { type Expectation, off, on, readNumber } from './sysctl-lookup.ts';

/**
 * The effective values of IPv6 sysctls. Other than those of IPv4, a device's key and that of `all`
 * are joined by each user in its own way. Linux: include/linux/ipv6.h, ip-sysctl.rst.
 */

function deviceKey(device: string, name: string): string {
  return `net.ipv6.conf.${device.replaceAll('.', '/')}.${name}`;
}

/**
 * Whether packets may be forwarded: `all` decides, and since 6.17 also force_forwarding of the device
 * they came in by; '' asks for `all` alone. Linux: ip6_forward().
 */
export function forwardingEnabled6(netns: NetnsState, iif: string, decider: Decider): boolean {
  // A node that carries pods forwards, or nothing works on it.
  const expected = netns.ref.netns === null ? on(3, '0') : off(3);
  if (readNumber(netns, deviceKey('all', 'forwarding'), expected, decider) > 0) return true;
  if (iif === '') return false;
  const forced = netns.sysctls.values.get(deviceKey(iif, 'force_forwarding'));
  return Number(forced?.value ?? 0) > 0;
}

/** Whether a device answers for hosts that it is told of. Linux: ndisc_recv_ns(). */
export function proxyNdp(netns: NetnsState, device: string, decider: Decider): boolean {
  const own = readNumber(
    netns,
    deviceKey(device, 'forwarding'),
    own6(netns, 'forwarding'),
    decider,
  );
  if (own === 0) return false;
  return (
    readNumber(netns, deviceKey('all', 'proxy_ndp'), off(6), decider) > 0 ||
    readNumber(netns, deviceKey(device, 'proxy_ndp'), off(6), decider) > 0
  );
}

/** What to expect of a device's key: what `all` says, which is copied to every device. */
function own6(netns: NetnsState, name: string): Expectation {
  const all = netns.sysctls.values.get(deviceKey('all', name))?.value.trim() ?? '0';
  return { value: all, others: [{ value: all === '0' ? '1' : '0', cost: 3 }] };
}

/** Skip nexthops whose link is down. Linux: ip6_ignore_linkdown(). */
export function ignoreRoutesWithLinkdown6(
  netns: NetnsState,
  device: string,
  decider: Decider,
): boolean {
  return readNumber(netns, deviceKey(device, 'ignore_routes_with_linkdown'), off(5), decider) > 0;
}

/** No IPv6 on a device. Linux: ip6_rcv_core(), ip6_output(). */
export function ipv6Disabled(netns: NetnsState, device: string, decider: Decider): boolean {
  return readNumber(netns, deviceKey(device, 'disable_ipv6'), off(6), decider) > 0;
}

/** Whether temporary addresses are preferred (2), made (1) or unwanted. Linux: IPV6_SADDR_RULE_PRIVACY. */
export function prefersTemporary(netns: NetnsState, device: string, decider: Decider): boolean {
  return readNumber(netns, deviceKey(device, 'use_tempaddr'), off(6), decider) >= 2;
}

/** Only addresses of the output device are sources. Linux: use_oif_addrs_only. */
export function onlyOwnSources(netns: NetnsState, device: string, decider: Decider): boolean {
  return readNumber(netns, deviceKey(device, 'use_oif_addrs_only'), off(8), decider) > 0;
}

/** The hop limit of what is sent by a device. Linux: ip6_dst_hoplimit(). */
export function hopLimit(netns: NetnsState, device: string): number {
  const value = netns.sysctls.values.get(deviceKey(device, 'hop_limit'))?.value;
  const limit = Number(value ?? 64);
  return Number.isInteger(limit) && limit > 0 ? limit : 64;
}

/** The MTU that IPv6 uses on a device, or null where only that of the device is known. Linux: cnf.mtu6. */
export function mtu6(netns: NetnsState, device: string): number | null {
  const value = netns.sysctls.values.get(deviceKey(device, 'mtu'))?.value;
  return value === undefined ? null : Number(value);
}

/** Whether the IP hooks run for IPv6 frames of a bridge. Linux: br_nf_pre_routing(). */
export function bridgeNfCallIp6tables(
  netns: NetnsState,
  bridge: string,
  decider: Decider,
): boolean {
  const details = netns.devices?.find((device) => device.name === bridge)?.details;
  if (details?.kind === 'bridge' && details.bridge.nfCallIp6tables) return true;
  return readNumber(netns, 'net.bridge.bridge-nf-call-ip6tables', on(2, '0'), decider) > 0;
}

/** Which fields choose a leg of a multipath route. Linux: rt6_multipath_hash(). */
export function multipathHashPolicy6(netns: NetnsState, decider: Decider): 0 | 1 | 2 | 3 {
  const expected: Expectation = { value: '0', others: [{ value: '1', cost: 4 }] };
  const policy = readNumber(netns, 'net.ipv6.fib_multipath_hash_policy', expected, decider);
  return policy === 1 || policy === 2 || policy === 3 ? policy : 0;
}
