import type { Address } from './address.ts';

/** TCP flags; only the set ones are listed true. */
export interface TcpFlags {
  readonly fin?: true;
  readonly syn?: true;
  readonly rst?: true;
  readonly psh?: true;
  readonly ack?: true;
  readonly urg?: true;
  readonly ece?: true;
  readonly cwr?: true;
}

export interface TcpHeader {
  readonly kind: 'tcp';
  readonly sport: number;
  readonly dport: number;
  readonly flags: TcpFlags;
  /** Maximum segment size option, bytes; absent when there is none or it was not seen. */
  readonly mss?: number;
  /** Where the segment stands in its stream; absent where nobody looks at numbers. */
  readonly sequence?: TcpSequence;
}

/** The numbers of a segment that connection tracking holds against the windows. */
export interface TcpSequence {
  readonly seq: number;
  /** 0 in a segment without ACK. */
  readonly ack: number;
  /** As it stands in the header, without scale. */
  readonly window: number;
  /** Bytes of data. */
  readonly payload: number;
  /** The window scale option; null when there is none. */
  readonly scale: number | null;
  readonly sackPermitted: boolean;
  /** The highest byte that a SACK option acknowledges; null when there is none. */
  readonly sack: number | null;
}

export interface UdpHeader {
  readonly kind: 'udp';
  readonly sport: number;
  readonly dport: number;
}

export interface SctpHeader {
  readonly kind: 'sctp';
  readonly sport: number;
  readonly dport: number;
  /** What it carries; absent where nobody looks at it. */
  readonly content?: SctpContent;
}

/** RFC 9260, section 3. */
export interface SctpContent {
  /** The verification tag. */
  readonly tag: number;
  readonly chunks: readonly SctpChunk[];
}

export interface SctpChunk {
  readonly type: number;
  /** The T flag: the tag is that of the receiver's own. */
  readonly reflectedTag?: true;
  /** The tag that INIT and INIT ACK ask for. */
  readonly initiateTag?: number;
}

export interface IcmpHeader {
  readonly kind: 'icmp';
  readonly type: number;
  readonly code: number;
  /** Echo identifier. */
  readonly id?: number;
  /** The packet that an ICMP error quotes. */
  readonly quoted?: Packet;
  /** Next-hop MTU of a fragmentation-needed error, bytes. */
  readonly mtu?: number;
}

export interface OtherHeader {
  readonly kind: 'other';
}

export type TransportHeader = TcpHeader | UdpHeader | SctpHeader | IcmpHeader | OtherHeader;

/** The headers of one IP packet at one moment. */
export interface Packet {
  readonly source: Address;
  readonly destination: Address;
  /** IP protocol number. */
  readonly protocol: number;
  readonly ttl: number;
  /** The whole TOS octet (DSCP and ECN). */
  readonly tos: number;
  /** Total IP length, bytes. */
  readonly length: number;
  readonly dontFragment: boolean;
  readonly transport: TransportHeader;
  /** The transport's checksum is wrong. */
  readonly badChecksum?: true;
  /** Set for a part of a datagram. One that does not begin it has no transport header: `other`. */
  readonly fragment?: Fragment;
  /** IPv6: the headers before the transport header, in their order. */
  readonly extensions?: readonly ExtensionHeader[];
  /** The transport header and its payload as bytes, where all of them are known. */
  readonly body?: Uint8Array;
  /** Set for an encapsulating packet: what it carries. */
  readonly inner?: EncapsulatedPacket;
}

/** RFC 791 3.1, RFC 8200 4.5. */
export interface Fragment {
  /** Where it begins in the datagram's payload, bytes. */
  readonly offset: number;
  /** It does not end the datagram. */
  readonly more: boolean;
}

/** RFC 8200 4. */
export interface ExtensionHeader {
  /** Its own number: 0 hop-by-hop, 43 routing, 44 fragment, 51 authentication, 60 destination. */
  readonly protocol: number;
  /** The whole header, beginning with the number of the next one. */
  readonly bytes: Uint8Array;
}

/** A packet inside another one. `header` bytes lie between the outer transport and the inner IP. */
export interface EncapsulatedPacket {
  /** `ipip`: an IP header of either family right inside one of either. */
  readonly kind: 'vxlan' | 'flannel-udp' | 'ipip' | 'gre' | 'geneve' | 'wireguard';
  /** Network identifier of VXLAN and GENEVE. */
  readonly vni?: number;
  /** Optional fields of the GRE header. */
  readonly gre?: {
    readonly key: number | null;
    readonly sequence: boolean;
    readonly checksum: boolean;
  };
  /** WireGuard: the public keys of who sealed it and who can open it. */
  readonly sealed?: { readonly by: string; readonly for: string };
  readonly packet: Packet;
  /** The inner Ethernet destination, for encapsulations that carry frames. */
  readonly destinationMac?: string;
}

/** Source and destination port, or 0 for protocols without ports. */
export function ports(packet: Packet): { readonly sport: number; readonly dport: number } {
  const t = packet.transport;
  return t.kind === 'tcp' || t.kind === 'udp' || t.kind === 'sctp'
    ? { sport: t.sport, dport: t.dport }
    : { sport: 0, dport: 0 };
}
