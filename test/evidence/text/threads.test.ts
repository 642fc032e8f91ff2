import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildEvidence } from '../../../src/evidence/build-evidence.ts';
import type { Evidence } from '../../../src/evidence/evidence.ts';
import { readEvidenceText } from '../../../src/evidence/text/read-text.ts';
import { renderEvidence } from '../../../src/report/evidence/render-evidence.ts';
import { PLAIN_CANVAS } from '../../../src/report/text/style.ts';

const FOLDER = join(import.meta.dirname, '..', 'corpus', 'text', 'threads');

function read(name: string): Evidence {
  return buildEvidence([readEvidenceText(readFileSync(join(FOLDER, name), 'utf8'), name)]);
}

/** The first line that a user sees, and the lines that were not understood. */
const THREADS: readonly (readonly [file: string, answer: string, unplaced: number])[] = [
  [
    'calico-3145-vxlan.txt',
    'The conversation failed: #0 10.42.90.192:39274 -> 10.42.143.193:80 tcp is unanswered, last seen at eth0, client side.',
    // Hosts by name: the packets that carry the others have no addresses.
    2,
  ],
  [
    'felix-1490-conntrack-events.txt',
    'No packets were seen; of 2 listed connections none waits for an answer.',
    0,
  ],
  [
    'flannel-1243-ascii.txt',
    'The conversation failed: #0 10.42.0.0:38646 -> 10.42.3.2:80 tcp is unanswered, last seen at flannel.1, client side.',
    0,
  ],
  [
    'flannel-1279-bad-checksum.txt',
    'No packets were seen; 2 drops, the first: UDP_CSUM in udp_rcv(): UDP packet 192.0.2.99:27503 > 192.0.2.252:8472.',
    0,
  ],
  [
    'flannel-1863-otv.txt',
    'No conversation of 1 is seen to fail; of 1 too little was seen to tell.',
    1,
  ],
  [
    'kubernetes-101607-stale-entry.txt',
    'No packets were seen; 1 tracked connection without an answer: 198.51.100.78:63302 -> 203.0.113.22:80 tcp SYN_SENT, no answer (kubernetes-101607-stale-entry.txt:3).',
    0,
  ],
  [
    'kubernetes-125467-kube-proxy-log.txt',
    'No packets were seen; 1 tracked connection without an answer: 10.42.244.140:55850 -> 10.43.0.10:53 (10.42.244.119:53) udp, no answer (kubernetes-125467-kube-proxy-log.txt:4).',
    0,
  ],
  ['openwrt-19359-nft-trace.txt', 'No conversation of 1 is seen to fail.', 0],
];

describe('what people pasted into threads', () => {
  it('is all here', () => {
    expect(readdirSync(FOLDER).sort()).toEqual(THREADS.map(([file]) => file));
  });

  it.each(THREADS)('%s', (file, answer, unplaced) => {
    const evidence = read(file);
    const text = renderEvidence(evidence, 'summary', PLAIN_CANVAS);
    expect(text.split('\n')[0]).toBe(answer);
    expect(evidence.files[0]?.unplacedCount).toBe(unplaced);
  });
});

/** As Linux 6.18 wrote them here, in namespaces; the UDP line as of the thread above. */
describe('what the kernel says of packets that it drops', () => {
  it.each([
    [
      '[28922.528732] IPv4: martian source 10.0.0.2 from 10.9.9.9, on dev e',
      'martian source in ip_handle_martian_source() on e: 10.9.9.9 > 10.0.0.2',
    ],
    [
      'Mar 31 16:57:22 n2 kernel: IPv4: martian source 10.0.0.2 from 10.9.9.9, on dev eth0',
      'martian source in ip_handle_martian_source() on n2 eth0: 10.9.9.9 > 10.0.0.2',
    ],
    [
      '[    5.1] nf_conntrack: nf_conntrack: table full, dropping packet',
      'NETFILTER_DROP in nf_conntrack_in()',
    ],
    ['neighbour: arp_cache: neighbor table overflow!', 'NEIGH_CREATEFAIL in neigh_create()'],
    [
      'UDPv6: bad checksum. From [fd00::1]:99 to [fd00::2]:8472 ulen 75',
      'UDP_CSUM in udp_rcv(): UDP packet [fd00::1]:99 > [fd00::2]:8472',
    ],
  ])('%s', (line, words) => {
    const evidence = buildEvidence([readEvidenceText(line, 'log')]);
    expect(evidence.drops).toHaveLength(1);
    expect(renderEvidence(evidence, 'summary', PLAIN_CANVAS)).toContain(words);
  });

  it.each([
    'a martian source of light',
    'table full, dropping packets of sugar',
    'UDP: bad checksum. From here',
  ])('is not read into %s', (line) => {
    expect(buildEvidence([readEvidenceText(line, 'log')]).drops).toEqual([]);
  });
});
