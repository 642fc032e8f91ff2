import { describe, expect, it } from 'vitest';
import { formatAddress } from '../../../packet/address.ts';
import { type KernelLogLine, parseKernelLog } from './kernel-log.ts';

function read(line: string): KernelLogLine {
  const result = parseKernelLog(line);
  if (result?.kind !== 'line') throw new Error(`not read: ${line}`);
  return result.line;
}

const V4 = 'SRC=10.0.0.1 DST=10.96.0.10 LEN=60 TOS=0x00 PREC=0x00 TTL=64 ID=100 DF';
const SYN = 'SPT=40000 DPT=80 WINDOW=64240 RES=0x00 SYN URGP=0';

describe('a LOG line', () => {
  it('gives the IPv4 header', () => {
    const { packet } = read(
      `IN= OUT=eth0 SRC=10.0.0.1 DST=10.96.0.10 LEN=60 TOS=0x10 PREC=0x20 TTL=63 ID=100 DF PROTO=TCP ${SYN}`,
    );
    expect(formatAddress(packet.source)).toBe('10.0.0.1');
    expect(formatAddress(packet.destination)).toBe('10.96.0.10');
    expect(packet).toMatchObject({
      length: 60,
      tos: 0x30,
      ttl: 63,
      ipId: 100,
      dontFragment: true,
      fragmentOffset: 0,
      protocol: 6,
      sport: 40000,
      dport: 80,
    });
  });

  it.each<[what: string, line: string, expected: Partial<KernelLogLine>]>([
    ['leaves', `x: IN= OUT=eth0 ${V4} PROTO=TCP ${SYN}`, { iif: null, oif: 'eth0', prefix: 'x: ' }],
    [
      'arrives',
      `x: IN=eth0 OUT= MAC=aa:bb:cc:00:00:01:aa:bb:cc:00:00:02:08:00 ${V4} PROTO=TCP ${SYN}`,
      {
        iif: 'eth0',
        oif: null,
        link: { destinationMac: 'aa:bb:cc:00:00:01', sourceMac: 'aa:bb:cc:00:00:02', vlan: null },
      },
    ],
    [
      'arrives on a device without link header',
      `IN=tun0 OUT= MAC= ${V4} PROTO=TCP ${SYN}`,
      { iif: 'tun0', link: null, prefix: '' },
    ],
    [
      'is forwarded over a bridge',
      `IN=br0 OUT=br0 PHYSIN=veth1 PHYSOUT=veth2 MAC=aa:bb:cc:00:00:01:aa:bb:cc:00:00:02:08:00 ${V4} PROTO=TCP ${SYN}`,
      { iif: 'br0', oif: 'br0', physin: 'veth1', physout: 'veth2' },
    ],
    [
      'shows the link header in its long form',
      `IN=eth0 OUT= MACSRC=aa:bb:cc:00:00:02 MACDST=aa:bb:cc:00:00:01 MACPROTO=0800 ${V4} PROTO=TCP ${SYN}`,
      {
        link: { destinationMac: 'aa:bb:cc:00:00:01', sourceMac: 'aa:bb:cc:00:00:02', vlan: null },
      },
    ],
    [
      'has a prefix without a blank at its end',
      `dropIN= OUT=eth0 ${V4} PROTO=TCP ${SYN}`,
      { prefix: 'drop', oif: 'eth0' },
    ],
    [
      'has a prefix that looks like a field',
      `IN=x OUT=y: IN=eth0 OUT= MAC= ${V4} PROTO=TCP ${SYN}`,
      { iif: 'eth0', oif: null },
    ],
    ['names the owner', `IN= OUT=eth0 ${V4} PROTO=TCP ${SYN} UID=0 GID=0 `, { uid: 0 }],
    ['is whole', `IN= OUT=eth0 ${V4} PROTO=TCP ${SYN}`, { cut: false }],
    [
      'was cut in its flags',
      `IN= OUT=eth0 ${V4} PROTO=TCP SPT=40000 DPT=80 WINDOW=64`,
      { cut: true },
    ],
  ])('%s', (_what, line, expected) => {
    expect(read(line)).toMatchObject(expected);
  });

  it.each<[what: string, tail: string, expected: object]>([
    ['a SYN', SYN, { flags: { syn: true }, window: 64240, sequence: null }],
    [
      'a SYN-ACK with numbers',
      'SPT=80 DPT=40000 SEQ=4294967295 ACK=1001 WINDOW=65160 RES=0x00 ACK SYN URGP=0',
      { flags: { syn: true, ack: true }, sequence: 4294967295, acknowledgement: 1001 },
    ],
    [
      'a SYN with numbers: its acknowledgement means nothing',
      'SPT=80 DPT=40000 SEQ=1000 ACK=0 WINDOW=65160 RES=0x00 SYN URGP=0',
      { sequence: 1000, acknowledgement: null },
    ],
    [
      'every flag',
      'SPT=80 DPT=40000 WINDOW=1 RES=0x00 CWR ECE URG ACK PSH RST SYN FIN URGP=9',
      {
        flags: {
          cwr: true,
          ece: true,
          urg: true,
          ack: true,
          psh: true,
          rst: true,
          syn: true,
          fin: true,
        },
      },
    ],
    [
      'options',
      'SPT=40000 DPT=80 WINDOW=64240 RES=0x00 SYN URGP=0 OPT (020405B40402080A0DC2E1F8000000000103030A)',
      {
        mss: 1460,
        windowScale: 10,
        timestampValue: 0x0dc2e1f8,
        timestampEcho: 0,
        payloadLength: 0,
      },
    ],
    ['no flag', 'SPT=1 DPT=2 WINDOW=0 RES=0x00 URGP=0', { flags: {} }],
  ])('TCP: %s', (_what, tail, expected) => {
    expect(read(`IN= OUT=eth0 ${V4} PROTO=TCP ${tail}`).packet.tcp).toMatchObject(expected);
  });

  it.each<[what: string, tail: string, expected: object]>([
    ['UDP', 'PROTO=UDP SPT=53 DPT=5353 LEN=40', { protocol: 17, sport: 53, dport: 5353 }],
    ['SCTP', 'PROTO=SCTP SPT=1 DPT=2', { protocol: 132, sport: 1, dport: 2 }],
    ['a protocol by its number', 'PROTO=4', { protocol: 4, sport: null }],
    ['ESP', 'PROTO=ESP SPI=0xdeadbeef', { protocol: 50 }],
    ['a mark', 'PROTO=UDP SPT=53 DPT=5353 LEN=40 MARK=0x4000', { mark: 0x4000 }],
    ['no mark, which the kernel leaves out', 'PROTO=UDP SPT=53 DPT=5353 LEN=40', { mark: 0 }],
    [
      'an echo request',
      'PROTO=ICMP TYPE=8 CODE=0 ID=7 SEQ=2',
      { icmp: { type: 8, code: 0, id: 7, sequence: 2, mtu: null, quoted: null } },
    ],
  ])('%s', (_what, tail, expected) => {
    expect(read(`IN= OUT=eth0 ${V4} ${tail}`).packet).toMatchObject(expected);
  });

  it('of a later fragment ends with the protocol', () => {
    const { packet, cut } = read(
      'IN= OUT=eth0 SRC=10.0.0.1 DST=10.0.0.2 LEN=60 TOS=0x00 PREC=0x00 TTL=64 ID=5 MF FRAG:185 PROTO=UDP ',
    );
    expect(packet).toMatchObject({ fragmentOffset: 1480, ipId: 5, sport: null, protocol: 17 });
    expect(cut).toBe(false);
  });

  it('of an ICMP error shows the packet it is about, whose keys repeat', () => {
    const { packet } = read(
      'IN=eth0 OUT= MAC= SRC=10.0.0.9 DST=10.0.0.1 LEN=576 TOS=0x00 PREC=0xC0 TTL=64 ID=9 PROTO=ICMP TYPE=3 CODE=4 [SRC=10.0.0.1 DST=10.0.0.2 LEN=1500 TOS=0x00 PREC=0x00 TTL=63 ID=77 DF PROTO=TCP SPT=40000 DPT=80 WINDOW=501 RES=0x00 ACK URGP=0 ] MTU=1450 MARK=0x1',
    );
    expect(packet).toMatchObject({ ttl: 64, ipId: 9, length: 576, mark: 1, sport: null });
    expect(packet.icmp).toMatchObject({ type: 3, code: 4, mtu: 1450 });
    expect(packet.icmp?.quoted).toMatchObject({ ttl: 63, ipId: 77, length: 1500, dport: 80 });
  });

  it('of IPv6 gives its header', () => {
    const { packet } = read(
      'x IN= OUT=eth0 SRC=fd00:0000:0000:0000:0000:0000:0000:0001 DST=fd00:0000:0000:0000:0000:0000:0000:0002 LEN=80 TC=0 HOPLIMIT=64 FLOWLBL=123456 PROTO=TCP SPT=40000 DPT=80 WINDOW=64800 RES=0x00 SYN URGP=0',
    );
    expect(formatAddress(packet.destination)).toBe('fd00::2');
    expect(packet).toMatchObject({ length: 80, ttl: 64, tos: 0, ipId: null, dport: 80 });
  });

  it('of an IPv6 fragment passes its extension headers', () => {
    const { packet } = read(
      'IN= OUT=eth0 SRC=fd00::1 DST=fd00::2 LEN=80 TC=0 HOPLIMIT=64 FLOWLBL=0 OPT ( ) FRAG:1448 INCOMPLETE ID:0000abcd PROTO=UDP ',
    );
    expect(packet.protocol).toBe(17);
    expect(packet.fragmentOffset).toBeGreaterThan(0);
  });

  it.each<[what: string, line: string, expected: unknown]>([
    ['prose', 'then IN= and nothing', null],
    ['two words that are not beside each other', 'IN=eth0 and also OUT=eth1 SRC=1.2.3.4', null],
    [
      'ARP',
      'IN=eth0 OUT= ARP HTYPE=1 PTYPE=0x0800 OPCODE=1 MACSRC=aa:bb:cc:00:00:02 IPSRC=10.0.0.1',
      { kind: 'no-packet' },
    ],
    [
      'a line that ends before its addresses',
      'IN= OUT=eth0 SRC=10.0.0.1',
      { kind: 'unreadable', code: 'log-line-without-packet' },
    ],
    [
      'two families',
      'IN= OUT=eth0 SRC=10.0.0.1 DST=fd00::1 LEN=1 PROTO=TCP',
      { kind: 'unreadable', code: 'log-line-without-packet' },
    ],
  ])('is not made of %s', (_what, line, expected) => {
    expect(parseKernelLog(line)).toEqual(expected);
  });
});
