import { describe, expect, it } from 'vitest';
import { commonSequence } from './common-sequence.ts';

interface Letter {
  readonly is: string;
}

const letters = (text: string): Letter[] => [...text].map((is) => ({ is }));

describe('the common sequence', () => {
  it.each<[what: string, a: string, b: string, pairs: string]>([
    ['pairs equal sequences', 'abc', 'abc', 'a= b= c='],
    ['puts what only the first has where that one has it', 'axb', 'ab', 'a= x< b='],
    ['puts what only the second has where that one has it', 'ab', 'axb', 'a= x> b='],
    ['keeps the longest part that both have', 'abcd', 'dabc', 'd> a= b= c= d<'],
    ['pairs nothing of unlike sequences', 'ab', 'xy', 'a< b< x> y>'],
    ['knows an empty sequence', '', 'ab', 'a> b>'],
    ['pairs a repeated element once', 'aa', 'a', 'a= a<'],
  ])('%s', (_what, a, b, expected) => {
    const pairs = commonSequence(letters(a), letters(b), (x, y) => x.is === y.is);
    const marks = { both: '=', a: '<', b: '>' } as const;
    const shown = pairs.map((pair) => {
      const element = pair.kind === 'b' ? pair.b : pair.a;
      return `${element.is}${marks[pair.kind]}`;
    });
    expect(shown.join(' ')).toBe(expected);
  });
});
