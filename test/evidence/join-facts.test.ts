import { describe, expect, it } from 'vitest';
import { buildEvidence } from '../../src/evidence/build-evidence.ts';
import { readCapture } from '../../src/evidence/capture/read-capture.ts';
import type { DropSighting } from '../../src/evidence/drop.ts';
import type { Evidence } from '../../src/evidence/evidence.ts';
import type { Fact } from '../../src/evidence/fact.ts';
import { readEvidenceText } from '../../src/evidence/text/read-text.ts';
import { renderEvidence } from '../../src/report/evidence/render-evidence.ts';
import { PLAIN_CANVAS } from '../../src/report/text/style.ts';
import { ethernet, type Ipv4Fields, icmp, ipv4, pcap, type TcpFields, tcp, udp } from './frames.ts';
import { captureLine, logLine } from './log-line.ts';

const ACK = 16;
const BACK = { src: '10.0.0.2', dst: '10.0.0.1' } as const;

function frame(fields: TcpFields, ip: Ipv4Fields = {}): Uint8Array {
  return ethernet(ipv4(ip, tcp({ options: '', ...fields })));
}

const syn = frame({ seq: 99 }, { id: 1 });
const synAck = frame(
  { sport: 80, dport: 40000, seq: 500, ack: 100, flags: 18 },
  { ...BACK, id: 0, ttl: 60 },
);
const ack = frame({ seq: 100, ack: 501, flags: ACK }, { id: 2 });
const data = (id: number, payload: number, seq = 100): Uint8Array =>
  frame({ seq, ack: 501, flags: ACK, payload }, { id });

/** Captures by name. */
function seen(captures: Readonly<Record<string, readonly Uint8Array[]>>): Evidence {
  return buildEvidence(
    Object.entries(captures).map(([name, frames]) => readCapture(pcap(frames), `${name}.pcap`)),
  );
}

function facts<Kind extends Fact['kind']>(
  evidence: Evidence,
  kind: Kind,
): readonly Extract<Fact, { kind: Kind }>[] {
  return evidence.conversations
    .flatMap((conversation) => conversation.facts)
    .filter((fact): fact is Extract<Fact, { kind: Kind }> => fact.kind === kind);
}

function text(evidence: Evidence): string {
  return renderEvidence(evidence, 'summary', PLAIN_CANVAS).replace(/\n {5}(?=\S)/g, ' ');
}

describe('what packets of a conversation show together', () => {
  it('a packet that ends where others went on', () => {
    const evidence = seen({
      eth0: [syn, synAck, ack, data(3, 10)],
      veth1: [syn, synAck, ack],
    });
    expect(facts(evidence, 'lost-after')).toMatchObject([
      { direction: 'original', journeys: [3], by: 'conversation' },
    ]);
    expect(text(evidence)).toContain(
      '- 1 packet from the client was last seen at eth0 (eth0.pcap), where others went on to veth1 (veth1.pcap) (packet 3)',
    );
  });

  it("a packet that ends where another client's went on to the same endpoint", () => {
    const other = frame({ sport: 40001, seq: 7 }, { id: 5, src: '10.0.0.7' });
    const evidence = seen({ eth0: [other, frame({ seq: 99 }, { id: 6 })], veth1: [other] });
    expect(facts(evidence, 'lost-after')).toMatchObject([{ journeys: [1], by: 'endpoint' }]);
    expect(text(evidence).split('\n')[0]).toContain('1 packet got less far');
  });

  it('nothing lost when the other capture had not begun', () => {
    const evidence = buildEvidence([
      readCapture(pcap([syn, synAck, ack, data(3, 10)]), 'evidence/n1/eth0.pcap'),
      readCapture(pcap([ack, data(3, 10)], { from: 1_700_000_002 }), 'evidence/n1/veth1.pcap'),
    ]);
    expect(facts(evidence, 'lost-after')).toEqual([]);
  });

  it.each<[what: string, frames: readonly Uint8Array[], missing: string | undefined]>([
    ['a SYN without an answer', [syn], 'syn-ack'],
    ['an answer that nothing acknowledges', [syn, synAck], 'ack'],
    ['nothing missing', [syn, synAck, ack], undefined],
  ])('a handshake with %s', (_what, frames, missing) => {
    expect(facts(seen({ eth0: frames }), 'half-open')[0]?.missing).toBe(missing);
  });

  it('datagrams of one direction only', () => {
    const one = ethernet(ipv4({ protocol: 17 }, udp(4000, 53, new Uint8Array(9))));
    expect(facts(seen({ eth0: [one] }), 'one-way')).toMatchObject([
      { direction: 'original', packets: 1 },
    ]);
  });

  it('what was sent again, and for how long', () => {
    const again = seen({
      eth0: [syn, frame({ seq: 99 }, { id: 7 }), frame({ seq: 99 }, { id: 8 })],
    });
    expect(facts(again, 'retransmissions')).toMatchObject([{ journeys: [1, 2], seconds: 2 }]);
  });

  const reset = (ttl: number): Uint8Array =>
    frame({ sport: 80, dport: 40000, seq: 501, flags: 4 }, { ...BACK, id: 0, ttl });
  it.each<[ttl: number, madeBy: string]>([
    [60, 'end'],
    [63, 'between'],
  ])('who sent a reset, by its TTL %i', (ttl, madeBy) => {
    const evidence = seen({ eth0: [syn, synAck, ack, reset(ttl)] });
    expect(facts(evidence, 'reset')).toMatchObject([{ direction: 'reply', madeBy, otherTtl: 60 }]);
  });

  it('who sent a reset, by the OUTPUT hook that saw it', () => {
    const line = logLine({
      prefix: 'raw out: ',
      id: 0,
      flags: 'RST',
      spt: 80,
      dpt: 40000,
      ...BACK,
    });
    const evidence = buildEvidence([
      readEvidenceText(line, 'log'),
      readCapture(pcap([syn]), 'eth0.pcap'),
    ]);
    expect(facts(evidence, 'reset')).toMatchObject([{ madeBy: 'host' }]);
    expect(text(evidence)).toContain('made by the host that n1 output raw is on');
  });

  it('an ICMP error with the packet that it quotes', () => {
    const datagram = (id: number): Uint8Array =>
      ipv4({ protocol: 17, id }, udp(4000, 53, new Uint8Array(9)));
    const error = ipv4(
      { src: '10.0.0.254', dst: '10.0.0.1', protocol: 1 },
      icmp(3, 1, 0, datagram(8)),
    );
    const evidence = seen({
      eth0: [datagram(7), datagram(8), error].map((each) => ethernet(each)),
    });
    expect(facts(evidence, 'icmp-error')).toMatchObject([{ type: 3, code: 1, quotes: 1 }]);
    expect(text(evidence)).toContain('- ICMP host unreachable from 10.0.0.254 about packet 1');
  });

  it('an MSS that was rewritten on the way', () => {
    const clamped = ethernet(ipv4({ id: 1, ttl: 63 }, tcp({ seq: 99, options: '02040514' })));
    const open = ethernet(ipv4({ id: 1 }, tcp({ seq: 99, options: '020405b4' })));
    const evidence = seen({ eth0: [open], veth1: [clamped] });
    expect(facts(evidence, 'mss-changed')).toMatchObject([{ before: 1460, after: 1300 }]);
    expect(facts(evidence, 'mss')).toMatchObject([{ client: 1300, server: null }]);
  });

  const tooBig = ethernet(
    ipv4(
      { src: '10.0.0.254', dst: '10.0.0.1', protocol: 1 },
      icmp(3, 4, 1400, ipv4({ id: 3 }, tcp({ seq: 101, ack: 501, flags: ACK, options: '' }))),
    ),
  );
  it.each<[what: string, extra: readonly Uint8Array[], told: boolean]>([
    ['nobody told the sender', [], false],
    ['an ICMP error told it', [tooBig], true],
  ])('large packets lost where small ones pass: %s', (_what, extra, told) => {
    const evidence = seen({
      eth0: [syn, synAck, ack, data(3, 1400, 101), data(4, 1400, 101), ...extra],
      veth1: [syn, synAck, ack],
    });
    expect(facts(evidence, 'large-lost')).toMatchObject([
      { direction: 'original', passed: 40, lost: 1440, journeys: [3, 4] },
    ]);
    expect(facts(evidence, 'large-lost')[0]?.told !== null).toBe(told);
    expect(text(evidence)).toContain(
      "- large packets are lost: of the client's, up to 40 bytes pass",
    );
  });

  it('no such thing when a large one passes', () => {
    const evidence = seen({
      eth0: [syn, synAck, ack, data(3, 1400, 101), data(4, 1400, 101), data(5, 1400, 1501)],
      veth1: [syn, synAck, ack, data(5, 1400, 1501)],
    });
    expect(facts(evidence, 'large-lost')).toEqual([]);
  });

  it('the same ports again, with another initial sequence number', () => {
    const evidence = seen({ eth0: [syn, synAck, ack, frame({ seq: 7777 }, { id: 9 })] });
    expect(facts(evidence, 'ports-reused')).toEqual([{ kind: 'ports-reused', earlier: 0 }]);
  });

  it('a late reset of a connection whose ports are in use again', () => {
    const late = frame({ seq: 100, flags: 4 }, { id: 0 });
    const evidence = seen({ eth0: [syn, synAck, ack, frame({ seq: 7777 }, { id: 9 }), late] });
    const [before, after] = evidence.conversations;
    expect(before?.journeys.map(({ id }) => id)).toEqual([0, 1, 2, 4]);
    expect(after?.journeys.map(({ id }) => id)).toEqual([3]);
  });

  it('one large segment here that is several there', () => {
    const large = frame({ seq: 101, ack: 501, flags: ACK, payload: 2800 }, { id: 5 });
    const small = [0, 1].map((n) =>
      frame({ seq: 101 + 1400 * n, ack: 501, flags: ACK, payload: 1400 }, { id: 5 + n, ttl: 63 }),
    );
    const evidence = seen({ eth0: [syn, synAck, ack, large], veth1: [syn, synAck, ack, ...small] });
    expect(facts(evidence, 'segmented')).toMatchObject([{ journey: 3, pieces: [4, 5] }]);
    expect(facts(evidence, 'lost-after')).toEqual([]);
  });

  it('a receiver without room', () => {
    const full = captureLine({ flags: '.', seq: '', ack: 1 }).replace('win 64240', 'win 0');
    const evidence = buildEvidence([readEvidenceText(full, 'a')]);
    expect(facts(evidence, 'zero-window')).toMatchObject([
      { direction: 'original', journeys: [0] },
    ]);
    expect(text(evidence)).toContain('- the client had no room for more data (window 0; packet 0)');
  });

  it('one packet twice at one place', () => {
    const line = captureLine({ seq: '99', ts: [7, 0] });
    const part = readEvidenceText(`${line}\n${line}`, 'evidence/n1/a.txt');
    const observations = part.value.observations.map((seen) => ({
      ...seen,
      vantage: { ...seen.vantage, device: 'eth0' },
    }));
    const evidence = buildEvidence([{ ...part, value: { ...part.value, observations } }]);
    expect(facts(evidence, 'duplicate')).toMatchObject([{ journey: 0, observations: [0, 1] }]);
  });

  const drop = (packet: Evidence['observations'][number]['packet']): DropSighting => ({
    node: null,
    netns: null,
    device: 'eth0',
    time: 12.5,
    timeBase: 'uptime',
    clock: 'n1@uptime',
    reason: 'NETFILTER_DROP',
    location: 'nf_hook_slow',
    protocol: 0x0800,
    packet,
    buffer: null,
    format: 'tracefs',
    source: { file: 'trace.txt', line: 3 },
  });
  it('what the kernel freed, by its numbers', () => {
    const part = readCapture(pcap([syn, frame({ seq: 99 }, { id: 7 })]), 'eth0.pcap');
    const packet = part.value.observations[1]?.packet;
    if (!packet) throw new Error('two frames make two observations');
    const evidence = buildEvidence([{ ...part, value: { ...part.value, drops: [drop(packet)] } }]);
    expect(facts(evidence, 'dropped')).toEqual([{ kind: 'dropped', journey: 1, drop: 0 }]);
    expect(text(evidence)).toContain(
      '- the kernel dropped packet 1: NETFILTER_DROP in nf_hook_slow() (trace.txt:3)',
    );
  });

  it('what the kernel freed of a flow, when nothing else saw the packet', () => {
    const part = readCapture(pcap([syn]), 'eth0.pcap');
    const packet = part.value.observations[0]?.packet;
    if (!packet) throw new Error('a frame makes an observation');
    const other = { ...packet, ipId: 4242, tcp: packet.tcp && { ...packet.tcp, sequence: 1 } };
    const evidence = buildEvidence([{ ...part, value: { ...part.value, drops: [drop(other)] } }]);
    expect(facts(evidence, 'dropped')).toEqual([{ kind: 'dropped', journey: null, drop: 0 }]);
  });
});
