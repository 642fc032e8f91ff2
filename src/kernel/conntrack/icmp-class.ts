import { PROTOCOL } from '../../packet/protocol.ts';

/**
 * What an ICMP message is to conntrack: an error about another packet, a message that may have a
 * connection, one that is never tracked, or one that it does not know.
 */
export type IcmpClass = 'error' | 'message' | 'untracked' | 'unknown';

/** Unreachable, source quench, redirect, time exceeded, parameter problem. */
const ERRORS: ReadonlySet<number> = new Set([3, 4, 5, 11, 12]);

/** Linux: NR_ICMP_TYPES. */
const LAST_ICMP_TYPE = 18;

/** ICMPv6 errors have the types below. RFC 4443, section 2.1. */
const FIRST_MESSAGE = 128;

/** Neighbour discovery but for redirects, and multicast listeners. Linux: noct_valid_new[]. */
const NEVER_TRACKED: ReadonlySet<number> = new Set([130, 131, 132, 133, 134, 135, 136, 143]);

/** Linux: nf_conntrack_icmpv4_error(), nf_conntrack_icmpv6_error(). */
export function icmpClass(protocol: number, type: number): IcmpClass {
  if (protocol === PROTOCOL.icmpv6) {
    if (NEVER_TRACKED.has(type)) return 'untracked';
    return type < FIRST_MESSAGE ? 'error' : 'message';
  }
  if (type > LAST_ICMP_TYPE) return 'unknown';
  return ERRORS.has(type) ? 'error' : 'message';
}
