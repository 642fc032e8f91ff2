import type { Hook } from '../linux/hook.ts';
import type { Address } from '../packet/address.ts';
import type { TcpFlags } from '../packet/packet.ts';
import type { SourceRef } from '../packet/source-ref.ts';

/** One packet seen at one vantage point. */
export interface Observation {
  /** Unique within an evidence set, in reading order. */
  readonly id: number;
  readonly vantage: Vantage;
  /** Seconds on the clock of `clock`, counted from where `timeBase` says; null without a time. */
  readonly time: number | null;
  readonly timeBase: TimeBase;
  /** Names the clock: two observations of one clock can be ordered by time. */
  readonly clock: string;
  readonly packet: ObservedPacket;
  /** The Ethernet header, where it is shown. */
  readonly link: ObservedLink | null;
  /** Owner of the sending or receiving socket (`--log-uid`). */
  readonly uid: number | null;
  readonly format: EvidenceFormat;
  /** File and line of text, or file and frame number of a capture. */
  readonly source: SourceRef;
}

/**
 * `kernel-log`: LOG lines and the `TRACE:` lines of legacy, also of ulogd. `xtables-trace`: what
 * `xtables-monitor --trace` prints. `nft-trace`: what `nft monitor trace` prints.
 */
export type EvidenceFormat =
  | 'kernel-log'
  | 'xtables-trace'
  | 'nft-trace'
  | 'tcpdump-text'
  | 'pcap'
  | 'pcapng'
  | 'pwru'
  | 'retis'
  | 'cilium';

/**
 * From when a format counts its times. `epoch`: 1970 UTC. `date`: 1970 in an unknown time zone.
 * `year`: 1 January of an unknown year (RFC 3164). `day`: a midnight. `uptime`: boot.
 */
export type TimeBase = 'epoch' | 'date' | 'year' | 'day' | 'uptime' | 'none';

/** Where an observation was made. Unknown parts are null, and are inferred later if they can be. */
export interface Vantage {
  readonly kind: 'log' | 'capture';
  readonly node: string | null;
  readonly netns: string | null;
  /** Device of a capture; of a log line see `iif` and `oif`. */
  readonly device: string | null;
  /** Hook and table of a log line, from its prefix or from the LOG rule that has this prefix. */
  readonly hook: Hook | null;
  readonly table: string | null;
  /** Chain and rule of a TRACE line. */
  readonly chain: string | null;
  readonly rule: TracedRule | null;
  /** The rule of a trace line as it is printed there, and what it decided (`accept`, `jump X`). */
  readonly ruleText: string | null;
  readonly verdict: string | null;
  /** What a tracer numbers the packet with: lines of one tracer with one id are one packet. */
  readonly traceId: string | null;
  readonly iif: string | null;
  readonly oif: string | null;
  /** Bridge ports of a log line, when br_netfilter ran the hook. */
  readonly physin: string | null;
  readonly physout: string | null;
  /** Whether a capture saw the packet arrive or leave, when it says so. */
  readonly direction: 'in' | 'out' | null;
  /** The log prefix, or what names the capture: its file or the heading above it. */
  readonly label: string;
  /** Groups the observations of one capture or log. */
  readonly group: string;
}

/** Linux: trace_packet() in net/ipv4/netfilter/ip_tables.c. */
export interface TracedRule {
  readonly kind: 'rule' | 'return' | 'policy';
  readonly number: number;
}

export interface ObservedLink {
  readonly sourceMac: string | null;
  readonly destinationMac: string | null;
  readonly vlan: number | null;
}

/** The header fields that a format shows; null where it does not. */
export interface ObservedPacket {
  readonly source: Address;
  readonly destination: Address;
  readonly protocol: number;
  readonly sport: number | null;
  readonly dport: number | null;
  /** A port printed as a service name that no table and no other evidence gives a number for. */
  readonly sportName: string | null;
  readonly dportName: string | null;
  readonly tos: number | null;
  readonly ttl: number | null;
  readonly ipId: number | null;
  readonly dontFragment: boolean | null;
  /** Bytes; 0 for a packet that is whole or a first fragment. */
  readonly fragmentOffset: number | null;
  /** Total IP length, bytes. */
  readonly length: number | null;
  readonly mark: number | null;
  /** Hash of the transport payload, hexadecimal; null where it is not shown whole, or empty. */
  readonly payloadHash: string | null;
  readonly tcp: ObservedTcp | null;
  readonly icmp: ObservedIcmp | null;
  /** The packet this one carries (VXLAN, flannel's udp backend, IPIP). */
  readonly inner: ObservedPacket | null;
  readonly encapsulation: Encapsulation | null;
}

/** How a packet carries another one. */
export interface Encapsulation {
  readonly kind: 'vxlan' | 'flannel-udp' | 'ipip' | 'gre' | 'geneve';
  readonly vni: number | null;
}

export interface ObservedTcp {
  readonly flags: TcpFlags;
  /** Absolute sequence number; null when only a relative one was printed. */
  readonly sequence: number | null;
  /** What tcpdump printed when it may be relative: comparable within one capture only. */
  readonly printedSequence: number | null;
  readonly acknowledgement: number | null;
  readonly window: number | null;
  readonly mss: number | null;
  readonly windowScale: number | null;
  readonly timestampValue: number | null;
  readonly timestampEcho: number | null;
  readonly payloadLength: number | null;
}

export interface ObservedIcmp {
  readonly type: number;
  readonly code: number;
  readonly id: number | null;
  readonly sequence: number | null;
  readonly mtu: number | null;
  readonly quoted: ObservedPacket | null;
}

/** The innermost packet: what a tunnel carries is what the flow is about. */
export function subject(packet: ObservedPacket): ObservedPacket {
  let inmost = packet;
  while (inmost.inner) inmost = inmost.inner;
  return inmost;
}
