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
    zone: 0,
    timeout: 38,
    source: { file: 'conntrack.txt', line: 1 },
  });
  expect(entry && show(entry.original)).toBe('6 192.168.0.2:20001 > 10.9.9.9:80');
  expect(entry && show(entry.reply)).toBe('6 10.9.9.9:80 > 10.255.0.1:55721');
});

test('reads the zone of /proc/net/nf_conntrack', () => {
  const line = `ipv4     2 ${TCP.replace('use=1', 'zone=7 use=2')}`;
  expect(parseConntrack(`${line}\n`, 'f').value[0]?.zone).toBe(7);
});

test('keeps an echo as identifier and type * 256 + code', () => {
  const line =
    'icmp     1 29 src=10.0.0.1 dst=10.0.0.2 type=8 code=0 id=4660 src=10.0.0.2 dst=10.0.0.1 type=0 code=0 id=4660 mark=0 use=1 id=223804830';
  const [entry] = parseConntrack(`${line}\n`, 'f').value;
  expect(entry && show(entry.original)).toBe('1 10.0.0.1:4660 > 10.0.0.2:2048');
  expect(entry && show(entry.reply)).toBe('1 10.0.0.2:4660 > 10.0.0.1:0');
  expect(entry).toMatchObject({ state: null, seenReply: true });
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
