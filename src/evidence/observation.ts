import type { Hook } from '../linux/hook.ts';
import type { Address } from '../packet/address.ts';
import type { TcpFlags } from '../packet/packet.ts';
import type { SourceRef } from '../packet/source-ref.ts';

/** One packet seen at one vantage point. */
export interface Observation {
  /** Unique within an evidence set, in reading order. */
  readonly id: number;
  readonly vantage: Vantage;
  /** Seconds on the clock of `clock`; null when the format prints no time. */
  readonly time: number | null;
  /** Names the clock: two observations of one clock can be ordered by time. */
  readonly clock: string;
  readonly packet: ObservedPacket;
  readonly format: EvidenceFormat;
  /** File and line of text, or file and frame number of a capture. */
  readonly source: SourceRef;
}

export type EvidenceFormat = 'kernel-log' | 'tcpdump-text' | 'pcap' | 'pcapng';

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
  readonly iif: string | null;
  readonly oif: string | null;
  /** The log prefix, or what names the capture: its file or the heading above it. */
  readonly label: string;
  /** Groups the observations of one capture or log. */
  readonly group: string;
}

/** The header fields that a format shows; null where it does not. */
export interface ObservedPacket {
  readonly source: Address;
  readonly destination: Address;
  readonly protocol: number;
  readonly sport: number | null;
  readonly dport: number | null;
  readonly ttl: number | null;
  readonly ipId: number | null;
  readonly dontFragment: boolean | null;
  /** Total IP length, bytes. */
  readonly length: number | null;
  readonly mark: number | null;
  readonly tcp: ObservedTcp | null;
  readonly icmp: ObservedIcmp | null;
  /** The packet this one carries (VXLAN, flannel's udp backend). */
  readonly inner: ObservedPacket | null;
}

export interface ObservedTcp {
  readonly flags: TcpFlags;
  /** Absolute sequence number; null when only a relative one was printed. */
  readonly sequence: number | null;
  readonly acknowledgement: number | null;
  readonly window: number | null;
  readonly mss: number | null;
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
