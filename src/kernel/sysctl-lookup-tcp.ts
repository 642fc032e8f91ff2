import type { Decider } from './decide.ts';
import type { NetnsState } from './netns-state.ts';
import { off, on, readNumber } from './sysctl-lookup.ts';

const IP_AND_TCP = 40;
/** Linux: TCP_BASE_MSS. */
const BASE_MSS = '1024';

/**
 * Whether routers may split the segments of a socket.
 * Linux: net.ipv4.ip_no_pmtu_disc, inet_create(), IP_PMTUDISC_DONT.
 */
export function tcpMayBeSplit(netns: NetnsState, decider: Decider): boolean {
  return readNumber(netns, 'net.ipv4.ip_no_pmtu_disc', off(8), decider) !== 0;
}

/**
 * Bytes of the IP packet that TCP falls back to when full-size segments stay without an answer, or
 * null where it does not. Linux: net.ipv4.tcp_mtu_probing, tcp_mtu_probing() in tcp_timer.c.
 */
export function tcpBlackHoleSegment(netns: NetnsState, decider: Decider): number | null {
  if (readNumber(netns, 'net.ipv4.tcp_mtu_probing', off(4), decider) === 0) return null;
  const base = readNumber(netns, 'net.ipv4.tcp_base_mss', { value: BASE_MSS, others: [] }, decider);
  return base + IP_AND_TCP;
}

/** Whether a packet's socket is looked for before its route, of both families. Linux: net.ipv4.ip_early_demux. */
export function demultiplexesEarly(
  netns: NetnsState,
  protocol: 'tcp' | 'udp',
  decider: Decider,
): boolean {
  return ['ip', protocol].every(
    (name) => readNumber(netns, `net.ipv4.${name}_early_demux`, on(8, '0'), decider) !== 0,
  );
}
