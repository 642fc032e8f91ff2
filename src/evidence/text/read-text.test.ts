import { describe, expect, it } from 'vitest';
import { formatAddress } from '../../packet/address.ts';
import { type Observation, subject } from '../observation.ts';
import { evidenceTextReader, readEvidenceText } from './read-text.ts';

const read = (text: string) => readEvidenceText(text, 'case.txt');

/** `10.0.0.1:40000 > 10.0.0.2:80 syn`. */
function words({ packet: observed }: Observation): string {
  const packet = subject(observed);
  const side = (address: typeof packet.source, port: number | string | null): string =>
    port === null ? formatAddress(address) : `${formatAddress(address)}:${port}`;
  const flags = packet.tcp ? ` ${Object.keys(packet.tcp.flags).join(',')}` : '';
  return `${side(packet.source, packet.sport ?? packet.sportName)} > ${side(packet.destination, packet.dport ?? packet.dportName)}${flags}`;
}

const TAIL = 'Flags [S], seq 1000, win 64240, options [mss 1460], length 0';
const SYN = `10:00:00.000000 IP 10.0.0.1.40000 > 10.0.0.2.80: ${TAIL}`;
const SEEN = '10.0.0.1:40000 > 10.0.0.2:80 syn';

describe('packets in text', () => {
  it.each<[what: string, text: string, seen: readonly string[]]>([
    ['as printed', SYN, [SEEN]],
    ['indented', `\t  ${SYN}`, [SEEN]],
    ['quoted in a mail', `> > ${SYN}`, [SEEN]],
    ['in a list', `* ${SYN}`, [SEEN]],
    ['in backticks', `\`${SYN}\``, [SEEN]],
    ['in HTML', `<pre>${SYN.replace('>', '&gt;')}</pre>`, [SEEN]],
    ['with colours', `\u001b[31m${SYN}\u001b[0m`, [SEEN]],
    ['with CRLF', `${SYN}\r\n${SYN}\r\n`, [SEEN, SEEN]],
    [
      'with the device of -i any',
      `10:00:00.000000 eth0  In  IP 10.0.0.1.40000 > 10.0.0.2.80: ${TAIL}`,
      [SEEN],
    ],
    [
      'with the direction of an older -i any',
      `10:00:00.000000  In IP 10.0.0.1.40000 > 10.0.0.2.80: ${TAIL}`,
      [SEEN],
    ],
    [
      'of a tcpdump before version 4',
      '10:00:00.000000 IP 10.0.0.1.40000 > 10.0.0.2.80: S 1000:1000(0) win 5840 <mss 1460,nop,wscale 7>',
      [SEEN],
    ],
    [
      'of an acknowledgement of a tcpdump before version 4',
      '10:00:00.000000 IP 10.0.0.1.40000 > 10.0.0.2.80: . ack 1 win 46',
      ['10.0.0.1:40000 > 10.0.0.2:80 ack'],
    ],
    [
      'with a port by its name',
      `10:00:00.000000 IP 10.0.0.1.40000 > 10.0.0.2.http: ${TAIL}`,
      [SEEN],
    ],
    [
      'with a port by a name that nothing explains',
      `10:00:00.000000 IP 10.0.0.1.40000 > 10.0.0.2.my-port: ${TAIL}`,
      ['10.0.0.1:40000 > 10.0.0.2:my-port syn'],
    ],
    [
      'cut after its flags',
      '10:00:00.000000 IP 10.0.0.1.40000 > 10.0.0.2.80: Flags [S], se',
      [SEEN],
    ],
    [
      'of DNS',
      '10:00:00.000000 IP 10.0.0.1.40000 > 10.0.0.2.53: 4660+ A? example.org. (29)',
      ['10.0.0.1:40000 > 10.0.0.2:53'],
    ],
    [
      'with -v over two lines among prose',
      [
        'what I saw:',
        '10:00:00.000000 IP (tos 0x0, ttl 63, id 7, offset 0, flags [DF], proto TCP (6), length 60)',
        `    10.0.0.1.40000 > 10.0.0.2.80: ${TAIL}`,
        'and nothing more',
      ].join('\n'),
      [SEEN],
    ],
    ['that no packets are', 'I ran curl 10.0.0.1 > out.txt: nothing came back', []],
    [
      'of IPv6',
      `10:00:00.000000 IP6 fd00::1.40000 > fd00::2.80: ${TAIL}`,
      ['fd00::1:40000 > fd00::2:80 syn'],
    ],
  ])('%s', (_what, text, seen) => {
    const { value, issues } = read(text);
    expect(value.observations.map(words)).toEqual(seen);
    expect(issues).toEqual([]);
  });

  it.each<[what: string, line: string, code: string]>([
    ['a host by its name', `10:00:00.000000 IP node-1.40000 > 10.0.0.2.80: ${TAIL}`, 'host-name'],
    ['an address that is cut', '10:00:00.000000 IP 10.0.0.1.40000', 'packet-line-cut'],
    [
      'a LOG line without its beginning',
      'SRC=10.0.0.1 DST=10.0.0.2 LEN=60 TTL=64 ID=1 PROTO=TCP SPT=1 DPT=2',
      'log-line-cut-at-start',
    ],
    [
      'a LOG line without a packet',
      'Mar  1 10:00:00 n1 kernel: x: IN= OUT=eth0 SRC=10.0',
      'log-line-without-packet',
    ],
  ])('names the line of %s, which it cannot place', (_what, line, code) => {
    const { value, issues } = read(`first\n${line}\n`);
    expect(issues.map((issue) => [issue.code, issue.source.line])).toEqual([[code, 2]]);
    expect(value.file).toMatchObject({ lines: 2, recognised: 0, unplacedCount: 1 });
    expect(value.file.unplaced).toMatchObject([{ line: 2, text: line }]);
  });

  it('gives each capture its own group, named by the headings above it', () => {
    const { value } = read(
      ['## Client', '', 'On eth0:', SYN, '', '## Server', '', SYN, SYN].join('\n'),
    );
    expect(value.observations.map(({ vantage }) => vantage.label)).toEqual([
      'Client / On eth0',
      'Server',
      'Server',
    ]);
    expect(new Set(value.observations.map(({ vantage }) => vantage.group)).size).toBe(2);
  });

  it('takes the device from the command or from the line of tcpdump', () => {
    const { value } = read(
      [
        '# tcpdump -nni eth0 port 80',
        SYN,
        '3 packets captured',
        'tcpdump: listening on cni0, link-type EN10MB (Ethernet), capture size 262144 bytes',
        SYN,
        '2 packets dropped by kernel',
      ].join('\n'),
    );
    expect(value.observations.map(({ vantage }) => vantage.device)).toEqual(['eth0', 'cni0']);
    expect(value.statements.map((statement) => statement.kind)).toEqual([
      'capture-start',
      'capture-loss',
    ]);
  });

  it('lets times grow over midnight', () => {
    const at = (time: string): string => SYN.replace('10:00:00.000000', time);
    const { value } = read([at('23:59:59.500000'), at('00:00:00.500000')].join('\n'));
    const [first, second] = value.observations;
    expect((second?.time ?? 0) - (first?.time ?? 0)).toBeCloseTo(1, 6);
  });

  it('is read the same in pieces of any size', () => {
    const text = ['## Client', SYN, 'x', SYN, ''].join('\n');
    const whole = read(text);
    for (const size of [1, 7, 100]) {
      const reader = evidenceTextReader('case.txt');
      for (let at = 0; at < text.length; at += size) reader.chunk(text.slice(at, at + size));
      expect(reader.end()).toEqual(whole);
    }
  });
});

describe('a LOG rule in text', () => {
  it.each<[what: string, line: string, expected: object]>([
    [
      'a command',
      'iptables -t nat -I OUTPUT -d 10.96.0.10 -j LOG --log-prefix "nat out: "',
      { table: 'nat', chain: 'OUTPUT', prefix: 'nat out: ', insert: true, narrowed: false },
    ],
    [
      'a command after a prompt, in the default table',
      '[root@n1 ~]# iptables -A INPUT -p tcp -j LOG --log-prefix in:',
      { table: 'filter', chain: 'INPUT', prefix: 'in:', insert: false, narrowed: true },
    ],
    [
      'a saved rule',
      '*mangle\n-A POSTROUTING -d 10.96.0.10/32 -j LOG --log-prefix "mangle post: "\nCOMMIT',
      { table: 'mangle', chain: 'POSTROUTING', prefix: 'mangle post: ' },
    ],
    ['an IPv6 command', 'ip6tables -A OUTPUT -j LOG', { table: 'filter', prefix: '' }],
  ])('%s', (_what, text, expected) => {
    expect(read(text).value.statements).toMatchObject([{ kind: 'log-rule', ...expected }]);
  });

  it('is none in a rule with another target', () => {
    expect(read('iptables -A INPUT -j DROP').value.statements).toEqual([]);
  });
});

describe('a client command in text', () => {
  it.each<[what: string, text: string, expected: object]>([
    [
      'that was interrupted',
      '$ curl http://10.96.0.10/\n^C',
      { to: { host: '10.96.0.10', port: 80 }, boundTo: null, result: 'interrupted' },
    ],
    [
      'that is bound to a device and answered',
      '# curl --interface flannel0 http://10.96.0.10:8080/x\n{"ok": true}',
      { to: { host: '10.96.0.10', port: 8080 }, boundTo: 'flannel0', result: 'answered' },
    ],
    [
      'that timed out',
      '$ curl -m 4 10.96.0.10\ncurl: (28) Connection timed out after 4000 milliseconds',
      { result: 'timeout' },
    ],
    [
      'that was refused',
      '$ curl -k https://10.96.0.10\ncurl: (7) Failed to connect to 10.96.0.10 port 443: Connection refused',
      { to: { host: '10.96.0.10', port: 443 }, result: 'refused' },
    ],
    [
      'whose host is unreachable',
      '$ curl 10.96.0.10\ncurl: (7) Failed to connect to 10.96.0.10 port 80: No route to host',
      { result: 'unreachable' },
    ],
    [
      'interrupted after what -v says',
      'root@n1:~# curl -v http://10.96.0.10/\n* Trying 10.96.0.10:80...\n^C',
      { result: 'interrupted' },
    ],
    [
      'connected, as -v says',
      '$ curl -v http://10.96.0.10/\n* Trying 10.96.0.10:80...\n* Connected to 10.96.0.10',
      { result: 'answered' },
    ],
    [
      'refused after what -v says',
      '$ curl -v 10.96.0.10\n* Trying 10.96.0.10:80...\n* connect to 10.96.0.10 failed\ncurl: (7) Failed to connect: Connection refused',
      { result: 'refused' },
    ],
    [
      'followed by the next prompt',
      'root@n1:~# curl http://10.96.0.10/\nroot@n1:~# tcpdump -ni eth0',
      { result: 'unknown' },
    ],
    ['at the end of a block', '```\n$ curl http://10.96.0.10/\n```', { result: 'unknown' }],
    ['whose result is not shown', 'curl http://10.96.0.10/', { result: 'unknown' }],
  ])('%s', (_what, text, expected) => {
    expect(read(text).value.statements).toMatchObject([{ kind: 'client-command', ...expected }]);
  });
});

describe('an address in text', () => {
  it.each<[what: string, text: string, expected: object]>([
    ['with a device', 'eth0: 10.0.0.1/24', { device: 'eth0', role: 'device', prefixLength: 24 }],
    ['under a heading', 'flannel0 address:\n\n10.1.0.0/24', { device: 'flannel0' }],
    ['of a Service', 'The Service IP is 10.96.0.10', { role: 'service', port: null }],
    ['of an endpoint', 'endpoints: 10.1.2.4:8080', { role: 'endpoint', port: 8080 }],
    [
      'of ip addr',
      'inet 10.0.0.1/24 brd 10.0.0.255 scope global eth0',
      { device: 'eth0', role: 'device', prefixLength: 24 },
    ],
  ])('%s', (_what, text, expected) => {
    expect(read(text).value.statements).toMatchObject([{ kind: 'address', ...expected }]);
  });

  it.each([
    ['an impossible one', 'eth0: 10.0.0.300'],
    ['one that nothing names', 'I tried 10.0.0.1'],
    ['an impossible prefix', 'eth0: 10.0.0.1/40'],
  ])('is not %s', (_what, text) => {
    expect(read(text).value.statements).toEqual([]);
  });
});
