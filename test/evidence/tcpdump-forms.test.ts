import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readCapture } from '../../src/evidence/capture/read-capture.ts';
import { readEvidenceText } from '../../src/evidence/text/read-text.ts';
import { formatAddress } from '../../src/packet/address.ts';

const FOLDER = 'test/evidence/corpus/captures';

describe('recorded text of tcpdump', () => {
  it.each([
    ['text-plain.txt', 'link-1-ethernet.pcap'],
    ['text-verbose.txt', 'link-1-ethernet.pcap'],
    ['text-link-and-hex.txt', 'link-1-ethernet.pcap'],
    ['text-distances.txt', 'link-1-ethernet.pcap'],
    ['text-any.txt', 'any-sll2.pcap'],
  ])('%s has each packet of its capture, and nothing that is not placed', (text, capture) => {
    const read = readEvidenceText(readFileSync(`${FOLDER}/${text}`, 'utf8'), text);
    const packets = readCapture(readFileSync(`${FOLDER}/${capture}`), capture).value.observations;
    expect(read.issues).toEqual([]);
    expect(read.value.file.unplacedCount).toBe(0);
    const ends = (all: typeof packets): string[] =>
      all.map(
        ({ packet }) => `${formatAddress(packet.source)} ${formatAddress(packet.destination)}`,
      );
    expect(packets.length).toBeGreaterThan(60);
    expect(ends(read.value.observations)).toEqual(ends(packets));
  });
});

describe('a line of tcpdump', () => {
  it.each<[what: string, line: string, expected: object]>([
    [
      'of version 4.9 on all devices, with the link header',
      '10:00:00.000001  In 02:00:00:00:00:01 ethertype IPv4 (0x0800), length 76: 10.0.0.1.40000 > 10.0.0.2.80: Flags [S], seq 1, win 9, length 0',
      { vantage: { direction: 'in', device: null }, link: { sourceMac: '02:00:00:00:00:01' } },
    ],
    [
      'of version 4.99 on all devices',
      '10:00:00.000001 eth0  Out IP 10.0.0.1.40000 > 10.0.0.2.80: Flags [S], seq 1, win 9, length 0',
      { vantage: { direction: 'out', device: 'eth0' } },
    ],
    [
      'of a device that is gone, without a time',
      '?     In  IP 10.0.0.1.40000 > 10.0.0.2.80: Flags [S], seq 1, win 9, length 0',
      { vantage: { direction: 'in', device: null }, time: null },
    ],
    [
      'with extension headers',
      '10:00:00.000001 IP6 fd00::1 > fd00::2: DSTOPT frag (0|16) 1 > 2: UDP, length 8',
      { packet: { protocol: 17, sport: 1, dport: 2, fragmentOffset: 0 } },
    ],
    [
      'of a later fragment',
      '10:00:00.000001 IP6 fd00::1 > fd00::2: frag (0x00000009:1448|16)',
      { packet: { protocol: 44, ipId: 9, fragmentOffset: 1448, sport: null } },
    ],
    [
      'of a packet that was cut',
      '10:00:00.000001 IP 10.0.0.2 > 10.0.0.1:  [|icmp]',
      { packet: { protocol: 1, icmp: null } },
    ],
    [
      'behind MPLS labels',
      '10:00:00.000001 MPLS (label 1, tc 0, [S], ttl 65) IP 10.0.0.1.40000 > 10.0.0.2.80: Flags [S], seq 1, win 9, length 0',
      { packet: { protocol: 6, dport: 80 } },
    ],
  ])('%s', (_what, line, expected) => {
    const { value, issues } = readEvidenceText([line], 'a.txt');
    expect(issues).toEqual([]);
    expect(value.observations).toMatchObject([expected]);
  });

  it('of tshark is named, not passed over', () => {
    const line =
      '    3 0.000041 10.99.0.1 → 10.99.0.2 TCP 74 44612 → 80 [SYN] Seq=0 Win=64240 Len=0';
    const { value, issues } = readEvidenceText([line], 'a.txt');
    expect(value.observations).toEqual([]);
    expect(issues).toMatchObject([{ code: 'tshark-text-not-read', source: { line: 1 } }]);
  });
});
