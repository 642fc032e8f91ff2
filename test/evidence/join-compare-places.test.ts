import { describe, expect, it } from 'vitest';
import { buildEvidence } from '../../src/evidence/build-evidence.ts';
import { compareAtPlaces, isAt } from '../../src/evidence/compare/at-places.ts';
import { readEvidenceText } from '../../src/evidence/text/read-text.ts';
import { comparePlaces } from '../../src/report/compare/compare-places.ts';
import { renderComparison } from '../../src/report/compare/render-comparison.ts';
import { PLAIN_CANVAS } from '../../src/report/text/style.ts';
import { captureLine } from './log-line.ts';

const before = [0, 1, 2].map((n) =>
  captureLine({ seq: '100', ts: [7 + n, 0], mss: 1460, time: `10:00:0${n}.000000` }),
);
const behind = [0, 2].map((n) =>
  captureLine({
    seq: '100',
    ts: [7 + n, 0],
    mss: 1300,
    b: '10.244.2.4.8080',
    time: `10:00:0${n}.000100`,
  }),
);
const evidence = buildEvidence([
  readEvidenceText(before.join('\n'), 'evidence/n1/before.txt'),
  readEvidenceText(behind.join('\n'), 'evidence/n2/behind.txt'),
]);

describe('one conversation at two places', () => {
  const compared = compareAtPlaces(evidence.conversations, 'before.txt', 'behind.txt');

  it('pairs the packets and says which one place missed', () => {
    const packets = compared.flatMap((each) => each.packets);
    expect(packets.map(({ a, b }) => [a !== null, b !== null])).toEqual([
      [true, true],
      [true, false],
      [true, true],
    ]);
    expect(packets[0]?.differences.map(({ field }) => field)).toEqual(['daddr', 'dport', 'mss']);
  });

  it('tells a translation once and each miss', () => {
    const text = renderComparison(
      comparePlaces(['before.txt', 'behind.txt'], compared),
      'summary',
      PLAIN_CANVAS,
    );
    expect(text.split('\n').slice(0, 2)).toEqual([
      'A: at before.txt: 3 packets seen',
      'B: at behind.txt: 2 packets seen, 1 of the other place not',
    ]);
    expect(text.match(/ not seen/g)).toHaveLength(1);
    expect(text.match(/ daddr /g)).toHaveLength(2); // the answer and one row
  });

  it.each<[place: string, at: boolean]>([
    ['before.txt', true],
    ['evidence/n1/before.txt', true],
    ['n1', true],
    ['n2', false],
    ['n1/eth0', false],
  ])('finds a place by what people write: %s', (place, at) => {
    const [first] = evidence.observations;
    expect(first && isAt(first, place)).toBe(at);
  });
});
