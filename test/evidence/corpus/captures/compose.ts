import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytes, ethernet, hex, icmp, ipv4, ipv6, pcap, tcp, udp, vxlan } from '../../frames.ts';

/**
 * Frames of link types and protocols that no device of the recording machine writes, as text for
 * text2pcap: `link-TYPE-NAME.txt`. `record.sh` runs this.
 */

const SYN = ipv4({}, tcp({ options: '020405b4 0402 080a 0dc2e1f8 00000007 01 030307' }));
const SYN6 = ipv6(6, tcp({ options: '020405a0 0402 080a 0dc2e1f8 00000007 01 030307' }));
const UDP = ipv4({ protocol: 17, id: 7, fragment: 0 }, udp(40000, 9999, hex('00112233445566')));
const UDP6 = ipv6(17, udp(40000, 9999, hex('00112233445566')));
const BOTH = [SYN, UDP, SYN6, UDP6];
const ARP = hex('0001 0800 06 04 0001 02000000000a 0a000001 000000000000 0a000002');
const SNAP = 'aaaa03 000000';

const sctp = hex('9c40 0050 00000001 00000000 00 03 0014 00000001 00010000 00000000 61626364');
const sack = tcp({
  seq: 5000,
  ack: 77,
  flags: 0x10,
  options: '0101 050a 00001388 00001770 0101 080a 00000064 000000c8',
});
const quoting = ipv4({ src: '10.0.0.2', dst: '10.0.0.1' }, tcp({ sport: 80, dport: 40000 }));

/** As Ethernet carries it: everything that IP itself can hold. */
const PACKETS: readonly Uint8Array[] = [
  ...BOTH.map((packet, index) => ethernet(packet, index < 2 ? '0800' : '86dd')),
  ethernet(SYN, '0800', '8100 0064'),
  ethernet(SYN6, '86dd', '88a8 0007 8100 0065'),
  ethernet(ARP, '0806'),
  ethernet(bytes(hex('0180c2000000 00000000')), '0026'),
  ethernet(bytes(hex('00001141'), SYN), '8847'),
  ethernet(bytes(hex('00001041 00002141'), SYN6), '8847'),
  ethernet(bytes(hex('11 00 0001 003e 0021'), SYN), '8864'),
  ethernet(bytes(hex('11 00 0001 0052 0057'), SYN6), '8864'),
  ethernet(bytes(hex(`${SNAP} 0800`), UDP), '0040'),
  ethernet(bytes(hex('02 07 04 020000000001 04 03 02 6574 06 02 0078 00 00')), '88cc'),
  ethernet(ipv4({ protocol: 132 }, sctp)),
  ethernet(ipv6(132, sctp), '86dd'),
  ethernet(ipv4({}, sack)),
  ethernet(ipv4({ protocol: 4 }, SYN)),
  ethernet(ipv4({ protocol: 41 }, SYN6)),
  ethernet(ipv6(41, SYN6), '86dd'),
  ethernet(ipv6(4, SYN), '86dd'),
  ethernet(ipv4({ protocol: 47 }, bytes(hex('0000 0800'), SYN))),
  ethernet(ipv4({ protocol: 47 }, bytes(hex('2000 0800 00000005'), SYN))),
  ethernet(ipv4({ protocol: 47 }, bytes(hex('3000 86dd 00000005 00000001'), SYN6))),
  ethernet(ipv4({ protocol: 47 }, bytes(hex('0000 6558'), ethernet(SYN)))),
  ethernet(ipv6(47, bytes(hex('0000 0800'), SYN)), '86dd'),
  ethernet(ipv4({ protocol: 17 }, vxlan(7, ethernet(SYN)))),
  ethernet(ipv4({ protocol: 17 }, vxlan(7, ethernet(SYN6, '86dd', '8100 0001')))),
  ethernet(ipv4({ protocol: 17 }, vxlan(7, ethernet(ARP, '0806')))),
  ethernet(
    ipv4({ protocol: 17 }, udp(50000, 6081, bytes(hex('0000 6558 00000900'), ethernet(SYN)))),
  ),
  ethernet(
    ipv4(
      { protocol: 17 },
      udp(
        50000,
        6081,
        bytes(hex('0240 6558 00000900 0102 80 01 00000001'), ethernet(SYN6, '86dd')),
      ),
    ),
  ),
  ethernet(ipv4({ protocol: 17 }, udp(50000, 6081, bytes(hex('0000 0800 00000a00'), SYN)))),
  ethernet(ipv4({ protocol: 17 }, udp(8285, 8285, SYN))),
  ethernet(ipv4({ protocol: 17, fragment: 0x2000 }, udp(1, 2, new Uint8Array(16)))),
  ethernet(ipv4({ protocol: 17, fragment: 0x0003 }, new Uint8Array(16))),
  ethernet(ipv6(0, bytes(hex('06 00 0502 0000 0100'), tcp())), '86dd'),
  ethernet(
    ipv6(43, bytes(hex('06 02 04 00 00000000 fd000000000000000000000000000009'), tcp())),
    '86dd',
  ),
  ethernet(ipv6(60, bytes(hex('11 00 0104 0000 0000'), udp(1, 2, new Uint8Array(4)))), '86dd'),
  ethernet(ipv6(44, bytes(hex('11 00 0001 00000009'), udp(1, 2, new Uint8Array(8)))), '86dd'),
  ethernet(ipv6(44, bytes(hex('11 00 05a8 00000009'), new Uint8Array(16))), '86dd'),
  ...[
    [3, 0, 0],
    [3, 1, 0],
    [3, 2, 0],
    [3, 3, 0],
    [3, 4, 1450],
    [3, 10, 0],
    [3, 13, 0],
    [4, 0, 0],
    [11, 0, 0],
    [11, 1, 0],
    [12, 0, 0],
  ].map(([type = 0, code = 0, word = 0]) =>
    ethernet(ipv4({ protocol: 1 }, icmp(type, code, word, quoting))),
  ),
  ethernet(ipv4({ protocol: 1 }, icmp(3, 3, 0, quoting.slice(0, 28)))),
  ethernet(ipv4({ protocol: 1 }, icmp(5, 1, 0x0a000009, quoting.slice(0, 28)))),
  ethernet(ipv4({ protocol: 1 }, icmp(3, 3, 0, UDP))),
  ethernet(ipv4({ protocol: 1 }, icmp(8, 0, 0x00070002, hex('61626364')))),
  ethernet(ipv4({ protocol: 1 }, icmp(0, 0, 0x00070002, hex('61626364')))),
  ethernet(ipv4({ protocol: 1 }, icmp(13, 0, 0x00070002, new Uint8Array(12)))),
  ...[
    [1, 0, 0],
    [1, 1, 0],
    [1, 3, 0],
    [1, 4, 0],
    [2, 0, 1400],
    [3, 0, 0],
    [4, 0, 40],
  ].map(([type = 0, code = 0, word = 0]) =>
    ethernet(ipv6(58, icmp(type, code, word, SYN6)), '86dd'),
  ),
  ethernet(ipv6(58, icmp(128, 0, 0x00070002, hex('61626364'))), '86dd'),
  ethernet(ipv6(58, icmp(135, 0, 0, hex('fd000000000000000000000000000002'))), '86dd'),
  ethernet(ipv4({ protocol: 50 }, hex('00000001 00000002 0011223344556677'))),
  ethernet(ipv4({ protocol: 2 }, hex('1600 0904 e00000fb'))),
];

const wireless = hex('0801 0000 02000000000b 02000000000a 02000000000c 0000');
const ppp = (prefix: string): readonly Uint8Array[] => [
  ...[SYN, UDP].map((packet) => bytes(hex(`${prefix}0021`), packet)),
  ...[SYN6, UDP6].map((packet) => bytes(hex(`${prefix}0057`), packet)),
  hex(`${prefix}c021 01 01 0004`),
];
const etherTyped = (prefix: (type: string) => string): readonly Uint8Array[] =>
  BOTH.map((packet, index) => bytes(hex(prefix(index < 2 ? '0800' : '86dd')), packet));
const sll = (kind: string) => etherTyped((type) => `${kind} 0001 0006 020000000000 0000 ${type}`);
const attribute = (type: number, value: Uint8Array): Uint8Array => {
  const length = 4 + value.length;
  return bytes([length & 255, length >> 8, type, 0], value, new Uint8Array((4 - (length % 4)) % 4));
};
const nflog = (packet: Uint8Array): Uint8Array =>
  bytes(
    hex('02 00 0005'),
    attribute(1, hex('0800 03 00')),
    attribute(10, hex('6f75743a2000')),
    attribute(2, hex('00004000')),
    attribute(5, hex('00000003')),
    attribute(11, hex('000003e8')),
    attribute(9, packet),
  );

const LINKS: readonly (readonly [type: number, name: string, frames: readonly Uint8Array[]])[] = [
  [0, 'null', [...BOTH.slice(0, 2).map((p) => bytes([2, 0, 0, 0], p)), bytes([24, 0, 0, 0], SYN6)]],
  [1, 'ethernet', PACKETS],
  [9, 'ppp', ppp('')],
  [50, 'ppp-hdlc', ppp('ff03')],
  [51, 'pppoe', ppp('').map((frame) => bytes(hex('11 00 0001 00'), [frame.length], frame))],
  [101, 'raw', BOTH],
  [104, 'cisco-hdlc', etherTyped((type) => `0f00 ${type}`)],
  [105, 'wireless', [bytes(wireless, hex(`${SNAP} 0800`), SYN)]],
  [108, 'loop', [bytes(hex('00000002'), SYN), bytes(hex('00000018'), SYN6)]],
  [113, 'sll', [...sll('0000'), ...sll('0004')]],
  [127, 'radiotap', [bytes(hex('00 00 0800 00000000'), wireless, hex(`${SNAP} 0800`), SYN)]],
  [147, 'user0', [SYN]],
  [228, 'ipv4', [SYN, UDP]],
  [229, 'ipv6', [SYN6, UDP6]],
  [239, 'nflog', [nflog(SYN), nflog(UDP)]],
  [
    253,
    'netlink',
    [hex('0004 0338 0000 0000000000000000 0000 14000000 0300 0000 00000000 00000000')],
  ],
  [276, 'sll2', etherTyped((type) => `${type} 0000 00000003 0001 04 06 0200000000010000`)],
];

/** text2pcap's form: offsets in hexadecimal, a new packet at offset 0. */
function dump(frame: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < frame.length; at += 16) {
    const row = Array.from(frame.slice(at, at + 16), (byte) => byte.toString(16).padStart(2, '0'));
    lines.push(`${at.toString(16).padStart(6, '0')}  ${row.join(' ')}`);
  }
  return `${lines.join('\n')}\n`;
}

const [folder = '.'] = process.argv.slice(2);
for (const [type, name, frames] of LINKS) {
  writeFileSync(join(folder, `link-${type}-${name}.txt`), frames.map(dump).join('\n'));
}
// No program here writes the other byte order.
writeFileSync(join(folder, 'big-endian.pcap'), pcap(PACKETS.slice(0, 6), { little: false }));
writeFileSync(
  join(folder, 'big-endian-nano.pcap'),
  pcap(PACKETS.slice(0, 6), { little: false, nano: true }),
);
