import {
  bytes,
  ethernet,
  hex,
  icmp,
  ipv4,
  ipv6,
  pcap,
  tcp,
  udp,
  vxlan,
} from '../../evidence/frames.ts';

/** Captures of what the recordings do not hold. */
export interface SampleCapture {
  readonly what: string;
  readonly file: Uint8Array;
}

const SYN = ipv4({}, tcp({ options: '020405b4 0402 080a 0dc2e1f8 00000007 01 030307' }));
const ERROR_ABOUT = ipv4({ src: '10.0.0.2', dst: '10.0.0.1' }, tcp({ sport: 80, dport: 40000 }));
const udpError = ipv4(
  { src: '10.0.0.2', dst: '10.0.0.1', protocol: 17 },
  udp(5000, 53, new Uint8Array(12)),
);
const raw = (...packets: readonly Uint8Array[]): Uint8Array => pcap(packets, { linkType: 101 });
const sll2 = (type: number) =>
  bytes(hex(`0800 0000 00000001 0001 0${type} 06 0200000000010000`), SYN);

export const SAMPLES: readonly SampleCapture[] = [
  { what: 'VLAN tags', file: pcap([ethernet(SYN, '0800', '8100 0064')]) },
  {
    what: 'cooked frames',
    file: pcap([bytes(hex('0000 0001 0006 020000000000 0000 0800'), SYN)], { linkType: 113 }),
  },
  {
    what: 'cooked frames that arrive and leave',
    file: pcap([sll2(0), sll2(4)], { linkType: 276 }),
  },
  { what: 'nanoseconds', file: pcap([ethernet(SYN)], { nano: true }) },
  {
    what: 'VXLAN',
    file: raw(
      ipv4({ protocol: 17 }, vxlan(7, ethernet(SYN))),
      ipv4({ protocol: 17 }, vxlan(8, ethernet(SYN))),
    ),
  },
  { what: 'IP in IP', file: raw(ipv4({ protocol: 4 }, SYN)) },
  { what: 'GRE', file: raw(ipv4({ protocol: 47 }, bytes(hex('0000 0800'), SYN))) },
  {
    what: 'echo',
    file: raw(
      ipv4({ protocol: 1 }, icmp(8, 0, 0x00070002, new Uint8Array(8))),
      ipv4({ protocol: 1 }, icmp(0, 0, 0x00070002, new Uint8Array(8))),
    ),
  },
  { what: 'needed fragmentation', file: raw(ipv4({ protocol: 1 }, icmp(3, 4, 1450, ERROR_ABOUT))) },
  { what: 'an unreachable port', file: raw(ipv4({ protocol: 1 }, icmp(3, 3, 0, udpError))) },
  { what: 'an unreachable host', file: raw(ipv4({ protocol: 1 }, icmp(3, 1, 0, ERROR_ABOUT))) },
  { what: 'an unreachable net', file: raw(ipv4({ protocol: 1 }, icmp(3, 0, 0, ERROR_ABOUT))) },
  { what: 'a host not admitted', file: raw(ipv4({ protocol: 1 }, icmp(3, 10, 0, ERROR_ABOUT))) },
  { what: 'a filter', file: raw(ipv4({ protocol: 1 }, icmp(3, 13, 0, ERROR_ABOUT))) },
  { what: 'an exceeded hop count', file: raw(ipv4({ protocol: 1 }, icmp(11, 0, 0, ERROR_ABOUT))) },
  { what: 'a redirect', file: raw(ipv4({ protocol: 1 }, icmp(5, 1, 0x0a000009, ERROR_ABOUT))) },
  {
    what: 'DNS',
    file: raw(
      ipv4(
        { protocol: 17 },
        udp(40000, 53, hex('1234 0100 0001 0000 0000 0000 016103636f6d00 0001 0001')),
      ),
    ),
  },
  { what: 'other UDP', file: raw(ipv4({ protocol: 17 }, udp(40000, 9999, new Uint8Array(12)))) },
  {
    what: 'resets and windows',
    file: raw(
      ipv4({}, tcp({ flags: 0x14, ack: 5, options: '' })),
      ipv4({}, tcp({ flags: 0x11, ack: 5, options: '' })),
    ),
  },
  {
    what: 'data',
    file: raw(
      ipv4({}, tcp({ options: '' })),
      ipv4({ id: 101 }, tcp({ seq: 1001, flags: 0x18, ack: 7, options: '', payload: 20 })),
    ),
  },
  { what: 'congestion flags', file: raw(ipv4({}, tcp({ flags: 0xc2 }))) },
  {
    what: 'SCTP',
    file: raw(
      ipv4(
        { protocol: 132 },
        hex('9c40 0050 00000000 00000000 01 00 0014 00000001 00010000 0001 0001 00000001'),
      ),
    ),
  },
  { what: 'IPv6', file: raw(ipv6(6, tcp())) },
  { what: 'an IPv6 echo', file: raw(ipv6(58, icmp(128, 0, 0x00070002, new Uint8Array(8)))) },
  { what: 'IPv6 that is too big', file: raw(ipv6(58, icmp(2, 0, 1400, ipv6(6, tcp())))) },
  {
    what: 'an unreachable IPv6 port',
    file: raw(ipv6(58, icmp(1, 4, 0, ipv6(17, udp(1, 2, new Uint8Array(4)))))),
  },
  {
    what: 'an ARP request among packets',
    file: pcap([
      ethernet(SYN),
      ethernet(hex('0001 0800 06 04 0001 02000000000a 0a000001 000000000000 0a000002'), '0806'),
    ]),
  },
];
