import { netnsKey } from '../packet/place.ts';
import type { Decider, Option } from './decide.ts';
import type { NetnsState } from './netns-state.ts';
import type { SysctlValue } from './sysctl.ts';

/**
 * The effective values of sysctls. A key that was not collected is a question; its default is
 * the kernel's. Linux: include/linux/inetdevice.h, Documentation/networking/ip-sysctl.rst.
 */

/** What is expected of a key that nobody collected. */
export interface Expectation {
  /** The kernel's default. */
  readonly value: string;
  /** Other values that occur, with their costs. */
  readonly others: readonly { readonly value: string; readonly cost: number }[];
  /** The value when a complete collection does not have the key: its module is not loaded. */
  readonly absent?: string;
}

/** RHEL, CentOS and others set strict; systemd ships loose. */
const RP_FILTER: Expectation = {
  value: '0',
  others: [
    { value: '1', cost: 1 },
    { value: '2', cost: 2 },
  ],
};

/** Off by default. */
export function off(cost: number): Expectation {
  return { value: '0', others: [{ value: '1', cost }] };
}

/** On by default; `absent`: what a complete collection without the key means. */
export function on(cost: number, absent?: string): Expectation {
  const others = [{ value: '0', cost }];
  return absent === undefined ? { value: '1', others } : { value: '1', others, absent };
}

/** The key of a device's setting. sysctl(8) prints a dot of a device's name as a slash. */
function deviceKey(device: string, name: string): string {
  return `net.ipv4.conf.${device.replaceAll('.', '/')}.${name}`;
}

function known(netns: NetnsState, key: string): SysctlValue | undefined {
  return netns.sysctls.values.get(key);
}

/** A key's value: collected, absent for a known reason, or asked for. */
function read(netns: NetnsState, key: string, expected: Expectation, decider: Decider): string {
  const value = known(netns, key);
  if (value) return value.value.trim();
  if (netns.sysctls.complete) return expected.absent ?? expected.value;
  const expectedFirst: Option = { value: expected.value, probability: 1, cost: 0 };
  return decider.decide({
    id: `sysctl:${netnsKey(netns.ref)}:${key}`,
    kind: 'unknown',
    topic: 'sysctl',
    where: netns.ref,
    subject: key,
    options: [
      expectedFirst,
      ...expected.others.map(({ value, cost }) => ({ value, probability: 1, cost })),
    ],
  }).value;
}

/** A key's value as a number. */
export function readNumber(
  netns: NetnsState,
  key: string,
  expected: Expectation,
  decider: Decider,
): number {
  const number = Number(read(netns, key, expected, decider));
  return Number.isFinite(number) ? number : Number(expected.value);
}

/** A new device copies `conf.default`, so that is what to expect of a device's unknown value. */
function expectLikeDefault(netns: NetnsState, name: string, expected: Expectation): Expectation {
  const value = known(netns, `net.ipv4.conf.default.${name}`)?.value.trim();
  if (value === undefined || value === expected.value) return expected;
  const rest = expected.others.filter((other) => other.value !== value);
  return { value, others: [...rest, { value: expected.value, cost: 1 }] };
}

/**
 * max(all, device). When neither is known, one question asks for what takes effect, by the
 * device's key. Linux: IN_DEV_MAXCONF().
 */
function maxOfAllAndDevice(
  netns: NetnsState,
  device: string,
  setting: { readonly name: string; readonly highest: number; readonly expected: Expectation },
  decider: Decider,
): number {
  const { name, highest } = setting;
  const expected = expectLikeDefault(netns, name, setting.expected);
  const allKey = deviceKey('all', name);
  const key = deviceKey(device, name);
  const all = known(netns, allKey);
  if (all && Number(all.value) >= highest) return highest;
  const own = readNumber(netns, key, expected, decider);
  if (own >= highest || (!all && !known(netns, key))) return own;
  return Math.max(own, readNumber(netns, allKey, setting.expected, decider));
}

/** all or device. Linux: IN_DEV_ORCONF(). */
function eitherAllOrDevice(
  netns: NetnsState,
  device: string,
  name: string,
  decider: Decider,
  expected: Expectation,
): boolean {
  return maxOfAllAndDevice(netns, device, { name, highest: 1, expected }, decider) > 0;
}

/** Source validation of a device: off, strict or loose. Linux: IN_DEV_RPFILTER(). */
export function rpFilterMode(netns: NetnsState, device: string, decider: Decider): 0 | 1 | 2 {
  const setting = { name: 'rp_filter', highest: 2, expected: RP_FILTER };
  const mode = maxOfAllAndDevice(netns, device, setting, decider);
  return mode >= 2 ? 2 : mode === 1 ? 1 : 0;
}

/** Whether `rpFilterMode` can be told without a question. */
export function rpFilterKnown(netns: NetnsState, device: string): boolean {
  if (netns.sysctls.complete) return true;
  const all = known(netns, deviceKey('all', 'rp_filter'));
  if (all && Number(all.value) >= 2) return true;
  const own = known(netns, deviceKey(device, 'rp_filter'));
  return own !== undefined && (all !== undefined || Number(own.value) >= 2);
}

/**
 * Whether packets that arrive on a device may be forwarded. Only the device's own key counts;
 * writing ip_forward or conf.all.forwarding copies to all of them. Linux: IN_DEV_FORWARD().
 */
export function forwardingEnabled(netns: NetnsState, iif: string, decider: Decider): boolean {
  const own = known(netns, deviceKey(iif, 'forwarding'));
  if (own) return Number(own.value) > 0;
  // The kernel's default is off, but a node that carries pods forwards, or nothing works on it.
  const expected = netns.ref.netns === null ? on(3, '0') : off(3);
  return readNumber(netns, 'net.ipv4.ip_forward', expected, decider) > 0;
}

/** Accept packets from the wire that carry an own address as source. Linux: IN_DEV_ACCEPT_LOCAL(). */
export function acceptLocal(netns: NetnsState, device: string, decider: Decider): boolean {
  return eitherAllOrDevice(netns, device, 'accept_local', decider, off(6));
}

/** Treat 127/8 as an ordinary range. Linux: IN_DEV_NET_ROUTE_LOCALNET(). */
export function routeLocalnet(netns: NetnsState, device: string, decider: Decider): boolean {
  return eitherAllOrDevice(netns, device, 'route_localnet', decider, off(2));
}

/** Use the packet's mark in the reverse lookup. Linux: IN_DEV_SRC_VMARK(). */
export function srcValidMark(netns: NetnsState, device: string, decider: Decider): boolean {
  return eitherAllOrDevice(netns, device, 'src_valid_mark', decider, off(3));
}

/** Whether redirects are sent, which also decides a shortcut of source validation. */
export function sendRedirects(netns: NetnsState, device: string, decider: Decider): boolean {
  return eitherAllOrDevice(netns, device, 'send_redirects', decider, on(2));
}

/** Skip nexthops whose link is down. Linux: ip_ignore_linkdown(). */
export function ignoreRoutesWithLinkdown(
  netns: NetnsState,
  device: string,
  decider: Decider,
): boolean {
  return eitherAllOrDevice(netns, device, 'ignore_routes_with_linkdown', decider, off(5));
}

/** Which ARP requests stay without an answer: 0 none, 1 to 3 and 8 some. Linux: IN_DEV_ARP_IGNORE(). */
export function arpIgnore(netns: NetnsState, device: string, decider: Decider): number {
  const setting = { name: 'arp_ignore', highest: 8, expected: off(6) };
  return maxOfAllAndDevice(netns, device, setting, decider);
}

/** How the sender of an ARP request is chosen: 0, 1 or 2. Linux: IN_DEV_ARP_ANNOUNCE(). */
export function arpAnnounce(netns: NetnsState, device: string, decider: Decider): number {
  const setting = { name: 'arp_announce', highest: 2, expected: off(6) };
  return maxOfAllAndDevice(netns, device, setting, decider);
}

/** Answer ARP only by the device that the way back uses. Linux: IN_DEV_ARPFILTER(). */
export function arpFilter(netns: NetnsState, device: string, decider: Decider): boolean {
  return eitherAllOrDevice(netns, device, 'arp_filter', decider, off(6));
}

/** Answer ARP for hosts behind other devices. Linux: IN_DEV_PROXY_ARP(). */
export function proxyArp(netns: NetnsState, device: string, decider: Decider): boolean {
  return eitherAllOrDevice(netns, device, 'proxy_arp', decider, off(4));
}

/** Answer ARP for hosts behind the same device; its own key alone. Linux: IN_DEV_PROXY_ARP_PVLAN(). */
export function proxyArpPvlan(netns: NetnsState, device: string, decider: Decider): boolean {
  return readNumber(netns, deviceKey(device, 'proxy_arp_pvlan'), off(8), decider) > 0;
}

/** Forward directed broadcasts. Only the device's own key counts. Linux: IN_DEV_BFORWARD(). */
export function broadcastForwarding(netns: NetnsState, device: string, decider: Decider): boolean {
  return readNumber(netns, deviceKey(device, 'bc_forwarding'), off(8), decider) > 0;
}

/**
 * Whether the IP hooks run for frames of a bridge. The module br_netfilter brings the key, set;
 * without the module there is none. Linux: br_nf_pre_routing().
 */
export function bridgeNfCallIptables(netns: NetnsState, bridge: string, decider: Decider): boolean {
  const details = netns.devices?.find((device) => device.name === bridge)?.details;
  if (details?.kind === 'bridge' && details.bridge.nfCallIptables) return true;
  return readNumber(netns, 'net.bridge.bridge-nf-call-iptables', on(2, '0'), decider) > 0;
}

/** Pick up TCP connections from the middle. Linux: tcp_new() of nf_conntrack_proto_tcp.c. */
export function tcpLoose(netns: NetnsState, decider: Decider): boolean {
  return readNumber(netns, 'net.netfilter.nf_conntrack_tcp_loose', on(4), decider) > 0;
}

/**
 * Let segments out of the window pass. A patch of some distributions has a key of its own for it.
 * Linux: nf_tcp_log_invalid() of nf_conntrack_proto_tcp.c.
 */
export function tcpBeLiberal(netns: NetnsState, decider: Decider): boolean {
  const unchecked = known(netns, 'net.netfilter.nf_conntrack_tcp_no_window_check');
  if (unchecked && Number(unchecked.value) > 0) return true;
  return readNumber(netns, 'net.netfilter.nf_conntrack_tcp_be_liberal', off(3), decider) > 0;
}

/** Take resets of too low a number for part of the connection. Linux: nf_conntrack_tcp_packet(). */
export function tcpIgnoreInvalidRst(netns: NetnsState, decider: Decider): boolean {
  const key = 'net.netfilter.nf_conntrack_tcp_ignore_invalid_rst';
  return readNumber(netns, key, off(5), decider) > 0;
}

/** Refuse packets of a wrong checksum at PREROUTING. Linux: nf_conntrack_tcp_packet(), udp_error(). */
export function conntrackChecksum(netns: NetnsState, decider: Decider): boolean {
  return readNumber(netns, 'net.netfilter.nf_conntrack_checksum', on(5), decider) > 0;
}

/** Whether conntrack keeps tracking what IPVS forwards; kube-proxy turns it on. Linux: sysctl_conntrack(). */
export function ipvsConntrack(netns: NetnsState, decider: Decider): boolean {
  const expected = { value: '1', others: [{ value: '0', cost: 4 }] };
  return readNumber(netns, 'net.ipv4.vs.conntrack', expected, decider) > 0;
}

/** A timeout that was collected, seconds; null: it has the kernel's default. */
export function conntrackTimeout(netns: NetnsState, key: string): number | null {
  const value = known(netns, key)?.value.trim() ?? '';
  return /^\d+$/.test(value) ? Number(value) : null;
}

/** How full a connection table is. */
export interface ConntrackFill {
  readonly count: number;
  readonly max: number;
  readonly buckets: number | null;
}

/**
 * How many connections there are and how many there may be; null where there is no limit or nothing is
 * tracked. Linux: nf_conntrack_max, struct nf_conntrack_net count.
 */
export function conntrackFill(netns: NetnsState): ConntrackFill | null | 'unknown' {
  const number = (name: string): number | null => {
    const value = known(netns, name)?.value.trim() ?? '';
    return /^\d+$/.test(value) ? Number(value) : null;
  };
  const count = number('net.netfilter.nf_conntrack_count');
  const max = number('net.netfilter.nf_conntrack_max') ?? number('net.nf_conntrack_max');
  if (count === null || max === null) return netns.sysctls.complete ? null : 'unknown';
  return max === 0 ? null : { count, max, buckets: number('net.netfilter.nf_conntrack_buckets') };
}

/** Which fields choose a leg of a multipath route. Linux: fib_multipath_hash(). */
export function multipathHashPolicy(netns: NetnsState, decider: Decider): 0 | 1 | 2 | 3 {
  const expected: Expectation = { value: '0', others: [{ value: '1', cost: 4 }] };
  const policy = readNumber(netns, 'net.ipv4.fib_multipath_hash_policy', expected, decider);
  return policy === 1 || policy === 2 || policy === 3 ? policy : 0;
}

/** The mark that the kernel's own answers to a packet get. Linux: IP4_REPLY_MARK(), IP6_REPLY_MARK(). */
export function replyMark(
  netns: NetnsState,
  family: 4 | 6,
  mark: number,
  decider: Decider,
): number {
  if (mark === 0) return 0;
  return read(netns, `net.ipv${family}.fwmark_reflect`, off(3), decider) === '1' ? mark : 0;
}

/** The mark that an accepted connection's packets get. Linux: inet_request_mark(). */
export function acceptedMark(netns: NetnsState, mark: number, decider: Decider): number {
  if (mark === 0) return 0;
  return read(netns, 'net.ipv4.tcp_fwmark_accept', off(3), decider) === '1' ? mark : 0;
}
