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
}

export interface UdpHeader {
  readonly kind: 'udp';
  readonly sport: number;
  readonly dport: number;
}

/** SCTP is only addressed, not modelled as a state machine. */
export interface SctpHeader {
  readonly kind: 'sctp';
  readonly sport: number;
  readonly dport: number;
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
  /** Set for an encapsulating packet: what it carries. */
  readonly inner?: EncapsulatedPacket;
}

/** A packet inside another one. `header` bytes lie between the outer transport and the inner IP. */
export interface EncapsulatedPacket {
  readonly kind: 'vxlan' | 'flannel-udp' | 'ipip';
  /** VXLAN network identifier. */
  readonly vni?: number;
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
