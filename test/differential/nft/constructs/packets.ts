import { parseAddress } from '../../../../src/packet/address.ts';
import type { Packet, TransportHeader } from '../../../../src/packet/packet.ts';

/** A packet that reaches the device under test, and what of the rules it may be held against. */
export interface Arriving {
  readonly name: string;
  readonly packet: Packet;
  /** Conntrack looks into headers that the model's packet does not have. */
  readonly withoutConntrack?: true;
  /** A rule at ingress sends it elsewhere. */
  readonly stolen?: true;
}

function addressOf(text: string): Packet['source'] {
  const address = parseAddress(text);
  if (!address) throw new Error(text);
  return address;
}

const PROTOCOL_OF = { tcp: 6, udp: 17, icmp: 1 } as const;

interface Shape {
  readonly from?: string;
  readonly to?: string;
  readonly length?: number;
  readonly ttl?: number;
  readonly tos?: number;
  readonly dontFragment?: boolean;
}

function packetOf(transport: TransportHeader, protocol: number, shape: Shape = {}): Packet {
  return {
    source: addressOf(shape.from ?? '10.7.1.2'),
    destination: addressOf(shape.to ?? '10.7.0.1'),
    protocol,
    ttl: shape.ttl ?? 64,
    tos: shape.tos ?? 0,
    length: shape.length ?? 60,
    dontFragment: shape.dontFragment ?? false,
    transport,
  };
}

const tcp = (
  sport: number,
  dport: number,
  shape: Shape = {},
  flags = { syn: true } as const,
): Packet => packetOf({ kind: 'tcp', sport, dport, flags }, PROTOCOL_OF.tcp, shape);
const udp = (sport: number, dport: number, shape: Shape = {}): Packet =>
  packetOf({ kind: 'udp', sport, dport }, PROTOCOL_OF.udp, shape);
const icmp = (
  header: Omit<Extract<TransportHeader, { kind: 'icmp' }>, 'kind'>,
  shape: Shape = {},
) =>
  packetOf({ kind: 'icmp', ...header }, shape.from?.includes(':') ? 58 : PROTOCOL_OF.icmp, shape);
const other = (protocol: number): Packet => packetOf({ kind: 'other' }, protocol, { length: 80 });

const FORWARDED = { from: '10.7.1.9', to: '10.7.2.5' } as const;
const SIX = { from: 'fd07:1::2', to: 'fd07::1', length: 80 } as const;
const SIX_FORWARDED = { ...SIX, to: 'fd07:2::5' } as const;

export const ARRIVING: readonly Arriving[] = [
  { name: 'a SYN', packet: tcp(1025, 80) },
  {
    name: 'a SYN with DF and a mark of traffic',
    packet: tcp(1026, 443, { tos: 0x28, dontFragment: true, ttl: 3 }),
  },
  {
    name: 'a SYN with a segment size',
    packet: packetOf(
      { kind: 'tcp', sport: 1029, dport: 81, flags: { syn: true }, mss: 1460 },
      PROTOCOL_OF.tcp,
    ),
  },
  { name: 'a SYN that a rule sends elsewhere', packet: tcp(1030, 82), stolen: true },
  { name: 'a SYN to be forwarded', packet: tcp(1027, 80, FORWARDED) },
  { name: 'a datagram', packet: udp(2000, 53) },
  { name: 'a datagram to be forwarded', packet: udp(2001, 9999, { ...FORWARDED, length: 100 }) },
  { name: 'a datagram to a broadcast address', packet: udp(2002, 67, { to: '10.7.0.255' }) },
  { name: 'an empty datagram', packet: udp(2003, 54, { length: 28 }) },
  { name: 'a ping', packet: icmp({ type: 8, code: 0, id: 77 }) },
  { name: 'a ping to be forwarded', packet: icmp({ type: 8, code: 0, id: 78 }, FORWARDED) },
  {
    name: 'an error about nothing that was sent',
    packet: icmp(
      { type: 3, code: 3, quoted: udp(5, 6, { from: '10.7.0.1', to: '10.7.1.2', length: 28 }) },
      { length: 76 },
    ),
  },
  {
    name: 'SCTP',
    packet: packetOf({ kind: 'sctp', sport: 0, dport: 0 }, 132, { length: 80 }),
    withoutConntrack: true,
  },
  { name: 'DCCP', packet: other(33), withoutConntrack: true },
  { name: 'UDP-Lite', packet: other(136), withoutConntrack: true },
  { name: 'ESP', packet: other(50), withoutConntrack: true },
  { name: 'AH', packet: other(51), withoutConntrack: true },
  { name: 'IPComp', packet: other(108), withoutConntrack: true },
  { name: 'IGMP', packet: other(2), withoutConntrack: true },
  { name: 'a SYN of IPv6', packet: tcp(1025, 80, SIX) },
  { name: 'a SYN of IPv6 to be forwarded', packet: tcp(1028, 80, { ...SIX_FORWARDED, tos: 0x28 }) },
  { name: 'a datagram of IPv6', packet: udp(2000, 53, { ...SIX, ttl: 9 }) },
  { name: 'a ping of IPv6', packet: icmp({ type: 128, code: 0, id: 77 }, SIX) },
  {
    name: 'a too big of IPv6 about nothing that was sent',
    packet: icmp(
      {
        type: 2,
        code: 0,
        mtu: 1400,
        quoted: udp(5, 6, { from: 'fd07::1', to: 'fd07:1::2', length: 48 }),
      },
      { ...SIX, length: 96 },
    ),
  },
];
