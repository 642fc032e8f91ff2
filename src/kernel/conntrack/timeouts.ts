import { PROTOCOL } from '../../packet/protocol.ts';
import type { NetnsState } from '../netns-state.ts';
import { conntrackTimeout } from '../sysctl-lookup.ts';
import type { Connection } from './connection.ts';

/** Seconds by state of TCP. Linux: tcp_timeouts[]. */
const TCP: Readonly<Record<string, number>> = {
  SYN_SENT: 120,
  SYN_RECV: 60,
  ESTABLISHED: 432_000,
  FIN_WAIT: 120,
  CLOSE_WAIT: 60,
  LAST_ACK: 30,
  TIME_WAIT: 120,
  CLOSE: 10,
  SYN_SENT2: 120,
};

/** Seconds by state of SCTP. Linux: sctp_timeouts[]. */
const SCTP: Readonly<Record<string, number>> = {
  CLOSED: 10,
  COOKIE_WAIT: 3,
  COOKIE_ECHOED: 3,
  ESTABLISHED: 210,
  SHUTDOWN_SENT: 3,
  SHUTDOWN_RECD: 3,
  SHUTDOWN_ACK_SENT: 3,
  HEARTBEAT_SENT: 30,
};

/**
 * Seconds that a connection stays in the table after its last packet: its protocol's setting for its state,
 * else the kernel's default.
 */
export function timeoutOf(netns: NetnsState, { original, state, assured }: Connection): number {
  const read = (name: string, usual: number): number =>
    conntrackTimeout(netns, `net.netfilter.nf_conntrack_${name}`) ?? usual;
  switch (original.protocol) {
    case PROTOCOL.tcp: {
      const name = state === 'SYN_SENT2' ? 'syn_sent' : (state ?? 'ESTABLISHED').toLowerCase();
      return read(`tcp_timeout_${name}`, TCP[state ?? ''] ?? 120);
    }
    case PROTOCOL.sctp:
      return read(`sctp_timeout_${(state ?? 'CLOSED').toLowerCase()}`, SCTP[state ?? ''] ?? 10);
    case PROTOCOL.udp:
    case PROTOCOL.udplite:
      return assured ? read('udp_timeout_stream', 120) : read('udp_timeout', 30);
    case PROTOCOL.icmp:
      return read('icmp_timeout', 30);
    case PROTOCOL.icmpv6:
      return read('icmpv6_timeout', 30);
    case PROTOCOL.gre:
      return assured ? read('gre_timeout_stream', 180) : read('gre_timeout', 30);
    default:
      return read('generic_timeout', 600);
  }
}
