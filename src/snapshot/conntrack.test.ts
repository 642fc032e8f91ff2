import { expect, test } from 'vitest';
import type { Tuple } from '../kernel/conntrack/tuple.ts';
import { formatAddress } from '../packet/address.ts';
import { parseConntrack } from './conntrack.ts';

const show = (t: Tuple): string =>
  `${t.protocol} ${formatAddress(t.source)}:${t.sport} > ${formatAddress(t.destination)}:${t.dport}`;

const TCP =
  'tcp      6 38 SYN_SENT src=192.168.0.2 dst=10.9.9.9 sport=20001 dport=80 [UNREPLIED] src=10.9.9.9 dst=10.255.0.1 sport=80 dport=55721 mark=16384 use=1';

test.each([
  ['conntrack -L', TCP],
  ['conntrack -L -o extended', `ipv4     2 ${TCP}`],
  ['conntrack -L -o extended,id', `ipv4     2 ${TCP} id=223804830`],
  [
    'accounting',
    `ipv4 2 ${TCP.replace('dport=80 [', 'dport=80 packets=1 bytes=60 [').replace('=55721', '=55721 packets=0 bytes=0')}`,
  ],
])('reads the form of %s', (_name, line) => {
  const { value, issues } = parseConntrack(`${line}\n`, 'conntrack.txt');
  expect(issues).toEqual([]);
  const [entry] = value;
  expect(entry).toMatchObject({
    state: 'SYN_SENT',
    seenReply: false,
    assured: false,
    mark: 16384,
    zone: { id: 0, direction: 'both' },
    timeout: 38,
    source: { file: 'conntrack.txt', line: 1 },
  });
  expect(entry && show(entry.original)).toBe('6 192.168.0.2:20001 > 10.9.9.9:80');
  expect(entry && show(entry.reply)).toBe('6 10.9.9.9:80 > 10.255.0.1:55721');
});

test('reads the zone of /proc/net/nf_conntrack', () => {
  const line = `ipv4     2 ${TCP.replace('use=1', 'zone=7 use=2')}`;
  expect(parseConntrack(`${line}\n`, 'f').value[0]?.zone).toEqual({ id: 7, direction: 'both' });
});

test('keeps an echo as identifier and type * 256 + code', () => {
  const line =
    'icmp     1 29 src=10.0.0.1 dst=10.0.0.2 type=8 code=0 id=4660 src=10.0.0.2 dst=10.0.0.1 type=0 code=0 id=4660 mark=0 use=1 id=223804830';
  const [entry] = parseConntrack(`${line}\n`, 'f').value;
  expect(entry && show(entry.original)).toBe('1 10.0.0.1:4660 > 10.0.0.2:2048');
  expect(entry && show(entry.reply)).toBe('1 10.0.0.2:4660 > 10.0.0.1:0');
  expect(entry).toMatchObject({ state: null, seenReply: true });
});

test.each([
  ['zone=5', { id: 5, direction: 'both' }],
  ['zone-orig=6', { id: 6, direction: 'original' }],
  ['zone-reply=7', { id: 7, direction: 'reply' }],
])('reads %s', (text, zone) => {
  const line = TCP.replace('use=1', `${text} use=1`);
  expect(parseConntrack(`${line}\n`, 'f').value[0]?.zone).toEqual(zone);
});

test('reads labels, a helper, and what a flowtable took', () => {
  const text = [
    `${TCP.replace('use=1', 'helper=ftp use=1 labels=eth0-in,7')}`,
    'ipv4 2 tcp 6 src=10.0.0.1 dst=10.0.0.2 sport=1 dport=2 src=10.0.0.2 dst=10.0.0.1 sport=2 dport=1 [OFFLOAD] mark=0 use=3',
  ].join('\n');
  const { value, issues } = parseConntrack(`${text}\n`, 'f');
  expect(issues).toEqual([]);
  expect(value).toMatchObject([
    { helper: 'ftp', labels: ['eth0-in', '7'], offloaded: false },
    { helper: null, labels: null, offloaded: true, timeout: null, state: null },
  ]);
});

test('reads the keys of GRE, and the timeouts that /proc prints before its tuple', () => {
  const line =
    'ipv4     2 gre      47 59 timeout=0, stream_timeout=0 src=10.0.0.9 dst=10.96.0.4 srckey=0x1 dstkey=0x2 [UNREPLIED] src=10.96.0.4 dst=10.0.0.9 srckey=0x2 dstkey=0x1 mark=0 zone=0 use=2';
  const [entry] = parseConntrack(`${line}\n`, 'f').value;
  expect(entry && show(entry.original)).toBe('47 10.0.0.9:1 > 10.96.0.4:2');
  expect(entry && show(entry.reply)).toBe('47 10.96.0.4:2 > 10.0.0.9:1');
});

test('reads ICMPv6', () => {
  const line =
    'ipv6     10 icmpv6   58 29 src=fd00::1 dst=fd00::2 type=128 code=0 id=7 src=fd00::2 dst=fd00::1 type=129 code=0 id=7 mark=0 use=1';
  const [entry] = parseConntrack(`${line}\n`, 'f').value;
  expect(entry && show(entry.original)).toBe('58 fd00::1:7 > fd00::2:32768');
});

/** As conntrack 1.4.7 printed it. */
const XML = `<?xml version="1.0" encoding="utf-8"?>
<conntrack>
<flow><meta direction="original"><layer3 protonum="2" protoname="ipv4"><src>10.0.0.9</src><dst>10.96.0.4</dst></layer3><layer4 protonum="17" protoname="udp"><sport>5000</sport><dport>53</dport></layer4></meta><meta direction="reply"><layer3 protonum="2" protoname="ipv4"><src>10.96.0.4</src><dst>10.0.0.9</dst></layer3><layer4 protonum="17" protoname="udp"><sport>53</sport><dport>5000</dport></layer4><zone>7</zone></meta><meta direction="independent"><timeout>59</timeout><mark>9</mark><use>1</use><id>1523172081</id><assured/></meta></flow>
<flow><meta direction="original"><layer3 protonum="2" protoname="ipv4"><src>10.0.0.9</src><dst>10.96.0.4</dst></layer3><layer4 protonum="132" protoname="sctp"><sport>5000</sport><dport>21</dport></layer4></meta><meta direction="reply"><layer3 protonum="2" protoname="ipv4"><src>10.96.0.4</src><dst>10.0.0.9</dst></layer3><layer4 protonum="132" protoname="sctp"><sport>21</sport><dport>5000</dport></layer4></meta><meta direction="independent"><state>FIN_WAIT</state><timeout>59</timeout><mark>0</mark><use>1</use><id>3930080433</id><unreplied/></meta></flow>
<flow><meta direction="original"><layer3 protonum="2" protoname="ipv4"><src>10.0.0.9</src><dst>10.96.0.4</dst></layer3><layer4 protonum="1" protoname="icmp"></layer4></meta><meta direction="reply"><layer3 protonum="2" protoname="ipv4"><src>10.96.0.4</src><dst>10.0.0.9</dst></layer3><layer4 protonum="1" protoname="icmp"></layer4></meta><meta direction="independent"><timeout>59</timeout><mark>0</mark><use>1</use><id>1133553343</id><unreplied/></meta></flow>
</conntrack>
`;

test('reads XML, with the state of SCTP that it misnames, and names ICMP without identifier', () => {
  const { value, issues } = parseConntrack(XML, 'f');
  expect(value).toMatchObject([
    { assured: true, seenReply: true, mark: 9, timeout: 59, zone: { id: 7, direction: 'reply' } },
    { assured: false, seenReply: false, state: 'ESTABLISHED', zone: { id: 0, direction: 'both' } },
  ]);
  expect(value[0] && show(value[0].reply)).toBe('17 10.96.0.4:53 > 10.0.0.9:5000');
  expect(issues).toMatchObject([{ severity: 'info', source: { line: 5 } }]);
});

test('reads a protocol without ports', () => {
  const line =
    'ipv4 2 unknown  2 599 src=10.244.1.1 dst=224.0.0.22 [UNREPLIED] src=224.0.0.22 dst=10.244.1.1 mark=0 use=1';
  const [entry] = parseConntrack(`${line}\n`, 'f').value;
  expect(entry && show(entry.original)).toBe('2 10.244.1.1:0 > 224.0.0.22:0');
});

test('ignores the summary, names other text, and says when the last entry is cut', () => {
  const { value, issues } = parseConntrack(
    `${TCP}\nconntrack v1.4.7 (conntrack-tools): 1 flow entries have been shown.\nhello\nipv4 2 tcp 6 3 SYN_SENT src=1.2.3.4 ds`,
    'f',
  );
  expect(value).toHaveLength(1);
  expect(issues).toMatchObject([
    { code: 'unreadable-record', severity: 'error', source: { line: 3 } },
    { code: 'truncated', severity: 'warning', source: { line: 4 } },
  ]);
});
