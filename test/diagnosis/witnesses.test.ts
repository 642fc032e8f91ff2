import { describe, expect, it } from 'vitest';
import type { Diagnosis } from '../../src/diagnosis/diagnosis.ts';
import { diagnosisJson } from '../../src/report/json/diagnosis-json.ts';
import { diagnoseRecorded, recordedFiles } from './run-diagnosis.ts';

/**
 * The founding incident on real kernels without its sysctls: the SYN may die on n2 by the filter of
 * flannel0, or the SYN-ACK on n1 by that of eth0. Each kind of output below tells one from the other.
 */
const RPF1 = 'seed-udp-nomasq-rpf1';
const FILES = new Map([...recordedFiles(RPF1)].filter(([path]) => !/sysctl/.test(path)));

function diagnosed(evidence: Readonly<Record<string, string>>): Diagnosis {
  return diagnoseRecorded(
    RPF1,
    { from: 'n1', to: '10.96.10.2', port: 80 },
    { files: FILES, evidence: new Map(Object.entries(evidence)) },
  );
}

/** Where the source filter is still thought to drop, likeliest first. */
const nodesOf = ({ hypotheses }: Diagnosis): readonly (string | undefined)[] =>
  hypotheses
    .filter(({ causeId, location }) => causeId === 'rp-filter-strict' && location.device !== null)
    .map(({ location }) => location.where?.node);

const ENDS = 'src=192.168.10.11 dst=10.96.10.2 sport=40000 dport=80';
const BACK = 'src=10.244.2.12 dst=192.168.10.11 sport=8080 dport=40000';
const TUPLE =
  '"saddr":"192.168.10.11","daddr":"10.244.2.12","sport":40000,"dport":8080,"proto":6,"flags":"SYN"';
const HEAD = '136852259905 (3) [swapper/3] 0 [tp] skb:kfree_skb #1f (skb ffff889642506400)'.replace(
  '#1f',
  '#1fdd0363',
);
const IPV4 = 'tos 0x0 ttl 62 id 0 off 0 [DF] len 60 proto TCP (6)';

interface Row {
  readonly what: string;
  readonly evidence: Readonly<Record<string, string>>;
  /** The nodes that survive, likeliest first. */
  readonly left: readonly string[];
  /** What the lines are said to show, and the line itself. */
  readonly shows: string;
  readonly at: string;
  /** Whether it refutes the other, or speaks for the one that is left. */
  readonly as: 'because' | 'support';
}

const ROWS: readonly Row[] = [
  {
    what: 'a tracked connection without a reply at the client',
    evidence: {
      'evidence/n1/conntrack.txt': `tcp      6 117 SYN_SENT ${ENDS} [UNREPLIED] ${BACK} mark=0 use=1\n`,
    },
    left: ['n2'],
    shows: 'entry-unreplied',
    at: 'evidence/n1/conntrack.txt:1',
    as: 'because',
  },
  {
    what: 'an event of one that was answered',
    evidence: {
      'evidence/n1/events.txt': `curl: (28) Failed to connect to 10.96.10.2 port 80 after 4001 ms: Timeout was reached\n [UPDATE] tcp      6 60 SYN_RECV ${ENDS} ${BACK}\n`,
    },
    left: ['n1'],
    shows: 'entry-replied',
    at: 'evidence/n1/events.txt:2',
    as: 'because',
  },
  {
    what: 'an entry at the endpoint, where the SYN would have died before',
    evidence: {
      'evidence/n1/curl.txt':
        '$ curl -m 4 http://10.96.10.2/\ncurl: (28) Connection timed out after 4001 milliseconds\n',
      'evidence/n2/save.txt':
        '-A -t 50 -u SEEN_REPLY -s 192.168.10.11 -d 10.244.2.12 -r 10.244.2.12 -q 192.168.10.11 -p tcp --sport 40000 --dport 8080 --reply-port-src 8080 --reply-port-dst 40000 --state SYN_RECV\n',
    },
    left: ['n1'],
    shows: 'entry-confirmed',
    at: 'evidence/n2/save.txt:1',
    as: 'because',
  },
  {
    what: "pwru's drop of the SYN",
    evidence: {
      'evidence/n1/curl.txt':
        '$ curl -m 4 http://10.96.10.2/\ncurl: (28) Connection timed out after 4001 milliseconds\n',
      'evidence/n2/pwru.txt': `{"skb":"0xffff8fad947baf00","cpu":1,"process":"x:1","func":"kfree_skb_reason(SKB_DROP_REASON_IP_RPFILTER)","iface":"flannel0:5","proto":2048,"len":60,"tuple":{${TUPLE}}}\n`,
    },
    left: ['n2'],
    shows: 'drop-of-another-packet',
    at: 'evidence/n2/pwru.txt:1',
    as: 'because',
  },
  {
    what: "retis' drop of the SYN-ACK",
    evidence: {
      'evidence/n1/curl.txt':
        '$ curl -m 4 http://10.96.10.2/\ncurl: (28) Connection timed out after 4001 milliseconds\n',
      'evidence/n1/retis.txt': `${HEAD} drop (reason IP_RPFILTER)\n  10.244.2.12.8080 > 192.168.10.11.40000 ${IPV4} flags [S.] seq 1 ack 2 win 64240\n  if 2 (eth0)\n`,
    },
    left: ['n1'],
    shows: 'drop-of-another-packet',
    at: 'evidence/n1/retis.txt:1',
    as: 'because',
  },
  {
    what: 'a tracefs line of such a drop, without the packet',
    evidence: {
      'evidence/n1/curl.txt':
        '$ curl -m 4 http://10.96.10.2/\ncurl: (28) Connection timed out after 4001 milliseconds\n',
      'evidence/n2/trace_pipe.txt':
        '   ksoftirqd/1-20    [001] ..s1. 22533.479675: kfree_skb: skbaddr=0000000064c9007a protocol=2048 location=ip_rcv_finish_core+0x15e/0x270 reason: IP_RPFILTER\n',
    },
    left: ['n2', 'n1'],
    shows: 'drop-seen',
    at: 'evidence/n2/trace_pipe.txt:1',
    as: 'support',
  },
  {
    what: 'a socket of the endpoint that got the SYN',
    evidence: {
      'evidence/n1/ss.txt':
        'State    Recv-Q Send-Q Local Address:Port  Peer Address:Port\nSYN-SENT 0      1      192.168.10.11:40000 10.96.10.2:80\n\t cubic rto:4000 backoff:2 mss:524 cwnd:1 unacked:1 retrans:1/2 lost:1\n',
      'evidence/n2/netns/web12/ss.txt':
        'SYN-RECV 0      0      10.244.2.12:8080    192.168.10.11:40000\n',
    },
    left: ['n1'],
    shows: 'socket-waits-for-ack',
    at: 'evidence/n2/netns/web12/ss.txt:1',
    as: 'because',
  },
  {
    what: 'netstat -s before and after, which counts it on one node alone',
    evidence: {
      'evidence/n1/curl.txt':
        '$ curl -m 4 http://10.96.10.2/\ncurl: (28) Connection timed out after 4001 milliseconds\n',
      'evidence/n1/counters.txt':
        '## before\nTcpExt:\n    IPReversePathFilter: 7\n## after\nTcpExt:\n    IPReversePathFilter: 7\n',
      'evidence/n2/counters.txt':
        '## before\nTcpExt:\n    IPReversePathFilter: 7\n## after\nTcpExt:\n    IPReversePathFilter: 11\n',
    },
    left: ['n2'],
    shows: 'counter-unchanged',
    at: 'evidence/n1/counters.txt:6',
    as: 'because',
  },
];

describe('evidence beside packets tells two explanations apart', () => {
  it('of which both are left without it', () => {
    expect(nodesOf(diagnosed({ 'evidence/n1/notes.txt': 'nothing\n' })).toSorted()).toEqual([
      'n1',
      'n2',
    ]);
  });

  it.each(ROWS)('$what', ({ evidence, left, shows, at, as }) => {
    const diagnosis = diagnosed(evidence);
    expect(diagnosis.symptom).toEqual({ value: 'timeout', from: 'evidence' });
    expect(nodesOf(diagnosis)).toEqual(left);
    const refs =
      as === 'because'
        ? diagnosis.ruledOut.flatMap(({ because }) => because)
        : (diagnosis.hypotheses[0]?.evidence ?? []);
    const lines = refs
      .filter((ref) => ref.shows === shows)
      .map(({ source }) => `${source.file}:${source.line}`);
    expect(lines).toContain(at);
    expect(JSON.stringify(diagnosisJson(diagnosis))).toContain(at.split(':')[0]);
  });
});

describe('evidence that fits nothing', () => {
  it.each<[what: string, evidence: Readonly<Record<string, string>>, shows: string]>([
    [
      'a rule that was traced to drop where none would',
      {
        'evidence/n1/trace.txt':
          'PACKET: 2 3cabb42b OUT=eth0 SRC=192.168.10.11 DST=10.96.10.2 LEN=60 TOS=0x0 TTL=64 ID=30023 DF SPORT=40000 DPORT=80 SYN \n TRACE: 2 3cabb42b filter:OUTPUT:rule:0x2:DROP  -4 -t filter -A OUTPUT -p tcp -j DROP\n',
      },
      'rule-drops-unpredicted',
    ],
    [
      'a drop for another reason on the predicted node',
      {
        'evidence/n2/pwru.txt': `{"skb":"0xffff8fad947baf00","cpu":1,"func":"kfree_skb_reason(SKB_DROP_REASON_NETFILTER_DROP)","iface":"flannel0:5","tuple":{${TUPLE}}}\n`,
      },
      'drop-for-another-reason',
    ],
  ])('%s', (_what, evidence, shows) => {
    const diagnosis = diagnosed({
      'evidence/n1/curl.txt':
        '$ curl -m 4 http://10.96.10.2/\ncurl: (28) Connection timed out after 4001 milliseconds\n',
      ...evidence,
    });
    const refs = diagnosis.ruledOut.flatMap(({ because }) => because.map((ref) => ref.shows));
    expect(refs).toContain(shows);
    expect(diagnosis.hypotheses.some(({ dropReason }) => dropReason === 'IP_RPFILTER')).toBe(false);
  });
});
