import { describe, expect, it } from 'vitest';
import { readCapture } from '../../src/evidence/capture/read-capture.ts';
import { captureLines } from '../../src/report/evidence/capture-lines.ts';
import { ethernet, ipv4, pcap, tcp } from './frames.ts';

const answer = (seq: number) =>
  ethernet(
    ipv4({ src: '10.0.0.2', dst: '10.0.0.1' }, tcp({ sport: 80, dport: 40000, flags: 0x10, seq })),
  );
const request = (seq: number, sport = 40000, flags = 0x10) =>
  ethernet(ipv4({ id: seq }, tcp({ sport, seq, flags })));

/** A long connection, and at its end another one that nobody answers. */
const frames = [
  ...Array.from({ length: 200 }, (_, at) => (at % 2 ? answer(at) : request(at))),
  request(1, 50000, 2),
  request(1, 50000, 2),
  ethernet(new Uint8Array(28), '0806'),
];

describe('a capture of more packets than are kept', () => {
  const { value } = readCapture(pcap(frames), 'a.pcap', { limit: 50 });

  it('is counted whole, the flow without an answer first', () => {
    expect(captureLines(value.file, 'summary')).toEqual([
      '    frames without an IP packet: 1 ARP',
      '    kept of each flow: its first packets, and those that open, end or refuse it; counted: all',
      '    2 flows, 1 of them one way',
      '      10.0.0.1:50000 -> 10.0.0.2:80 tcp: 2 packets, 88 bytes (2 SYN); nothing back',
      '      10.0.0.1:40000 -> 10.0.0.2:80 tcp: 100 packets, 4400 bytes; back 100 packets, 4400 bytes',
    ]);
  });

  it('keeps the beginning of each flow, wherever it is in the file', () => {
    const kept = value.observations.filter(({ packet }) => packet.sport === 50000);
    expect(kept.map(({ source }) => source.line)).toEqual([201, 202]);
    expect(value.observations.length).toBeLessThanOrEqual(50);
    expect(value.observations.map(({ id }) => id)).toEqual(value.observations.map((_, at) => at));
    expect(value.file.dropped).toBe(202 - value.observations.length);
  });

  it('has nothing of this when all were kept', () => {
    const whole = readCapture(pcap(frames.slice(0, 10)), 'a.pcap').value.file;
    expect(captureLines(whole, 'summary')).toEqual([]);
  });
});
