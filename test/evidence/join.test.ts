import { describe, expect, it } from 'vitest';
import { buildEvidence } from '../../src/evidence/build-evidence.ts';
import { readCapture } from '../../src/evidence/capture/read-capture.ts';
import type { Conversation, Evidence } from '../../src/evidence/evidence.ts';
import { readEvidenceText } from '../../src/evidence/text/read-text.ts';
import { conversationWords } from '../../src/report/evidence/words.ts';
import { ethernet, icmp, ipv4, pcap, tcp, udp } from './frames.ts';
import { captureLine, logLine } from './log-line.ts';

/** Text files by name. */
function joined(files: Readonly<Record<string, readonly string[]>>): Evidence {
  return buildEvidence(
    Object.entries(files).map(([name, lines]) => readEvidenceText(lines.join('\n'), name)),
  );
}

/** The lines of each packet, as `file:line`, and what it repeats. */
function packets({ journeys }: Evidence): string[] {
  return journeys.map(({ sightings, retransmissionOf }) => {
    const seen = sightings.map(({ source }) => `${source.file}:${source.line}`).join(' ');
    return retransmissionOf === null ? seen : `${seen} again`;
  });
}

function conversations(evidence: Evidence): string[] {
  return evidence.conversations.map((c: Conversation) => `${conversationWords(c)} ${c.outcome}`);
}

const ENDPOINT = { dst: '10.244.2.4', dpt: 8080 };
const MASQUERADED = { src: '10.0.0.9', spt: 1234 };

describe('one packet', () => {
  it.each<[what: string, lines: readonly string[], seen: readonly string[]]>([
    [
      'whose destination is translated, by its IP identification',
      [logLine({ prefix: 'raw out: ' }), logLine({ prefix: 'nat post: ', ...ENDPOINT })],
      ['log:1 log:2'],
    ],
    [
      'whose source and port are translated too, as its log lines share an end',
      [
        logLine({ prefix: 'raw pre: ', iif: 'cni0', oif: '' }),
        logLine({ prefix: 'mangle fwd: ', iif: 'cni0', ...ENDPOINT }),
        logLine({ prefix: 'late: ', ...ENDPOINT, ...MASQUERADED }),
      ],
      ['log:1 log:2 log:3'],
    ],
    [
      'of another identification is another packet',
      [logLine({ prefix: 'raw out: ' }), logLine({ prefix: 'nat post: ', ...ENDPOINT, id: 101 })],
      ['log:1', 'log:2'],
    ],
    [
      'of another port with the same identification is another one',
      [
        logLine({ prefix: 'raw out: ', src: '10.0.0.1' }),
        logLine({ prefix: 'raw out: ', src: '10.0.0.2', spt: 40001, dst: '10.96.0.11' }),
      ],
      ['log:1', 'log:2'],
    ],
    [
      'with the identification 0, which says nothing, by being alike in one log',
      [
        logLine({ prefix: 'raw out: ', id: 0, flags: 'ACK SYN' }),
        logLine({ prefix: 'nat post: ', id: 0, flags: 'ACK SYN' }),
      ],
      ['log:1 log:2'],
    ],
    [
      'logged twice at one place by two rules',
      [logLine({ prefix: 'a: ' }), logLine({ prefix: 'a: ' })],
      ['log:1 log:2'],
    ],
    [
      'without any time',
      [
        logLine({ framing: '', prefix: 'raw out: ' }),
        logLine({ framing: '', prefix: 'nat post: ', ...ENDPOINT }),
      ],
      ['log:1 log:2'],
    ],
    [
      'whose identification comes round is another one on the same clock',
      [
        logLine({ prefix: 'raw out: ' }),
        logLine({ prefix: 'nat post: ', framing: 'Mar  1 10:01:00 n1 kernel: ' }),
      ],
      ['log:1', 'log:2 again'],
    ],
  ])('%s', (_what, lines, seen) => {
    expect(packets(joined({ log: lines }))).toEqual(seen);
  });

  it('is found in captures of two nodes by its sequence number and timestamps', () => {
    const ts = [7, 0] as const;
    const evidence = joined({
      a: [captureLine({ seq: '99', ts }), captureLine({ seq: '98', ts: [8, 0], a: '10.0.0.1.4' })],
      b: [
        captureLine({
          seq: '99',
          ts,
          a: '10.0.0.9.1234',
          b: '10.244.2.4.8080',
          time: '11:30:00.000000',
        }),
      ],
    });
    expect(packets(evidence)).toEqual(['a:1 b:1', 'a:2']);
    expect(evidence.journeys[0]?.joinedBy).toEqual(['tcp-sequence', 'tcp-timestamp']);
    expect(conversations(evidence)[0]).toBe(
      '10.0.0.1:40000 -> 10.96.0.10:80 (10.244.2.4:8080) tcp unknown',
    );
  });

  it('is found in a log and a capture', () => {
    const evidence = buildEvidence([
      readEvidenceText(logLine({ prefix: 'raw out: ', dst: '10.0.0.2', seq: 1000 }), 'log'),
      readCapture(pcap([ethernet(ipv4({}, tcp({ options: '020405b4'.repeat(5) })))]), 'eth0.pcap'),
    ]);
    expect(packets(evidence)).toEqual(['log:1 eth0.pcap:1']);
  });

  it('inside of a tunnel is the packet outside of it', () => {
    const inner = ipv4({}, tcp());
    const outer = ipv4(
      { src: '172.16.0.1', dst: '172.16.0.2', protocol: 17 },
      udp(8285, 8285, inner),
    );
    const evidence = buildEvidence([
      readCapture(pcap([inner], { linkType: 101 }), 'tun0.pcap'),
      readCapture(pcap([ethernet(outer)]), 'eth0.pcap'),
    ]);
    expect(packets(evidence)).toEqual(['tun0.pcap:1 eth0.pcap:1']);
    expect(conversations(evidence)).toEqual(['10.0.0.1:40000 -> 10.0.0.2:80 tcp unknown']);
  });

  it('that is sent again with the same identification is another one a second later', () => {
    const syn = ethernet(ipv4({}, tcp()));
    const evidence = buildEvidence([readCapture(pcap([syn, syn, syn]), 'eth0.pcap')]);
    expect(packets(evidence)).toEqual(['eth0.pcap:1', 'eth0.pcap:2 again', 'eth0.pcap:3 again']);
    expect(conversations(evidence)[0]).toMatch(/unanswered$/);
  });

  it('that is sent again is told apart in two captures, each by its timestamps', () => {
    const again = (from: string) =>
      [7, 1007, 3007].map((value, index) =>
        captureLine({ seq: '99', ts: [value, 0], time: `10:00:0${index}.${from}00000` }),
      );
    expect(packets(joined({ a: again('1'), b: again('0') }))).toEqual([
      'a:1 b:1',
      'a:2 b:2 again',
      'a:3 b:3 again',
    ]);
  });

  it('is joined though the clock of the other node is an hour behind', () => {
    const at = (time: string) => [captureLine({ seq: '99', ts: [7, 0], time })];
    const evidence = joined({ a: at('10:00:00.000000'), b: at('09:00:00.000000') });
    expect(packets(evidence)).toEqual(['a:1 b:1']);
  });
});

describe('resets, which show no identity', () => {
  const syn = (time: string) => captureLine({ seq: '99', ts: [7, 0], time });
  const reset = (time: string) =>
    captureLine({ a: '10.96.0.10.80', b: '10.0.0.1.40000', flags: 'R.', seq: '0', ack: 1, time });

  it('are joined by their ends, in their order', () => {
    const lines = ['10:00:00.1', '10:00:01.1'].map((time) => reset(`${time}00000`));
    const first = syn('10:00:00.000000');
    expect(packets(joined({ a: [first, ...lines], b: [first, ...lines] }))).toEqual([
      'a:1 b:1',
      'a:2 b:2',
      'a:3 b:3',
    ]);
  });

  it('of another connection are others', () => {
    const other = reset('10:00:00.100000').replace('40000', '40001');
    const seen = packets(joined({ a: [reset('10:00:00.100000')], b: [other] }));
    expect(seen).toEqual(['a:1', 'b:1']);
  });
});

describe('a conversation', () => {
  const syn = captureLine({ seq: '99' });
  const answer = { a: '10.96.0.10.80', b: '10.0.0.1.40000' };
  const synAck = captureLine({
    ...answer,
    flags: 'S.',
    seq: '5',
    ack: 100,
    time: '10:00:00.001000',
  });
  const ack = captureLine({ flags: '.', seq: '', ack: 1, time: '10:00:00.002000' });
  const reset = captureLine({
    ...answer,
    flags: 'R.',
    seq: '0',
    ack: 100,
    time: '10:00:00.001000',
  });
  const plain = '10.0.0.1:40000 -> 10.96.0.10:80 tcp';

  it.each<[what: string, lines: readonly string[], told: string]>([
    ['whose answer was acknowledged', [syn, synAck, ack], `${plain} established`],
    ['whose answer may not have arrived', [syn, synAck], `${plain} answered`],
    ['that was reset', [syn, reset], `${plain} reset`],
    ['of one packet', [syn], `${plain} unknown`],
    [
      'of one packet and its repetition',
      [syn, captureLine({ seq: '99', time: '10:00:01.000000' })],
      `${plain} unanswered`,
    ],
    ['of which only the answer was seen', [synAck], `${plain} answered`],
    [
      'that an ICMP error ended',
      [
        syn,
        '10:00:00.001000 IP 10.0.0.254 > 10.0.0.1: ICMP 10.96.0.10 tcp port 80 unreachable, length 68',
      ],
      `${plain} unknown`,
    ],
  ])('%s', (_what, lines, told) => {
    expect(conversations(joined({ a: lines }))[0]).toBe(told);
  });

  it('is ended by an ICMP error that quotes its ports', () => {
    const request = ipv4({ protocol: 17 }, udp(40000, 53, new Uint8Array(4)));
    const error = ipv4({ src: '10.0.0.254', dst: '10.0.0.1', protocol: 1 }, icmp(3, 1, 0, request));
    const file = pcap([ethernet(request), ethernet(error)]);
    const evidence = buildEvidence([readCapture(file, 'eth0.pcap')]);
    expect(conversations(evidence)).toEqual(['10.0.0.1:40000 -> 10.0.0.2:53 udp icmp-error']);
  });

  it('with the same ports, later, is another one', () => {
    const later = captureLine({ seq: '5000', time: '10:00:30.000000' });
    const evidence = joined({ a: [syn, synAck, ack, later] });
    expect(conversations(evidence)).toEqual([`${plain} established`, `${plain} unknown`]);
    expect(evidence.flowClasses).toHaveLength(1);
  });

  it('of another client port is another one of the same kind', () => {
    const evidence = joined({ a: [syn, captureLine({ a: '10.0.0.1.40001', seq: '7' })] });
    expect(evidence.conversations).toHaveLength(2);
    expect(evidence.flowClasses).toHaveLength(1);
  });

  it('knows the client by its own address and by the masqueraded one', () => {
    const evidence = joined({
      a: [captureLine({ seq: '99', ts: [7, 0] })],
      b: [
        captureLine({ seq: '99', ts: [7, 0], a: '10.0.0.9.1234', b: '10.244.2.4.8080' }),
        captureLine({ a: '10.244.2.4.8080', b: '10.0.0.9.1234', flags: 'S.', seq: '5', ack: 100 }),
      ],
    });
    const [one] = evidence.conversations;
    expect(conversations(evidence)).toEqual([
      '10.0.0.1:40000 -> 10.96.0.10:80 (10.244.2.4:8080) tcp answered',
    ]);
    expect(one?.translatedClient?.port).toBe(1234);
    expect(one?.replies).toHaveLength(1);
  });

  it('is put in path order by its hooks, whatever the order of the lines', () => {
    const order = ['nat post', 'raw out', 'filter out', 'mangle out', 'nat out', 'mangle post'];
    const lines = order.map((name) => logLine({ prefix: `${name}: ` }));
    const [journey] = joined({ log: lines }).journeys;
    expect(journey?.sightings.map(({ vantage }) => `${vantage.table} ${vantage.hook}`)).toEqual([
      'raw output',
      'mangle output',
      'nat output',
      'filter output',
      'mangle postrouting',
      'nat postrouting',
    ]);
  });
});

describe('the clocks of two nodes', () => {
  const answer = { a: '10.96.0.10.80', b: '10.0.0.1.40000', flags: 'S.', seq: '5', ack: 100 };
  /** A handshake with 1 ms of way, on a server whose clock is ahead by so much. */
  const server = (seconds: number) => {
    const at = (base: number): string => `10:00:0${(base + seconds).toFixed(6)}`;
    return [
      captureLine({ seq: '99', ts: [7, 0], time: at(1.001) }),
      captureLine({ ...answer, ts: [70, 7], time: at(1.002) }),
    ];
  };
  const client = [
    captureLine({ seq: '99', ts: [7, 0], time: '10:00:01.000000' }),
    captureLine({ ...answer, ts: [70, 7], time: '10:00:01.003000' }),
  ];

  it.each([
    ['agree', 0],
    ['differ by two seconds', 2],
    ['differ by 48 ms', 0.048],
  ])('%s', (_what, ahead) => {
    const { clocks, groups } = joined({ client, server: server(ahead) });
    expect(clocks).toHaveLength(1);
    const [clock] = clocks;
    const offset = clock?.a === 'server#1@day' ? -(clock.offset ?? 0) : (clock?.offset ?? 0);
    expect(offset).toBeCloseTo(-ahead, 6);
    expect(clock?.oneWayDelay).toBeCloseTo(0.001, 6);
    expect(groups.map(({ id, side }) => [id, side])).toEqual([
      ['client#1', 'client'],
      ['server#1', 'server'],
    ]);
  });

  it('are not compared when they count from different moments', () => {
    const dated = server(0).map((line) => `2024-05-01 ${line}`);
    expect(joined({ client, server: dated }).clocks).toEqual([]);
  });
});
