import { describe, expect, it } from 'vitest';
import { displayWidth, fitTo, padTo, wrap } from './width.ts';

describe('displayWidth', () => {
  it.each([
    ['', 0],
    ['eth0', 4],
    ['客户端', 6],
    ['ノード1', 7],
    ['e\u0301', 1],
    ['ＡＢ', 4],
    ['\u0007', 0],
  ])('of %j is %i', (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });
});

describe('padTo', () => {
  it('counts columns, not characters', () => {
    expect(padTo('客户', 6)).toBe('客户  ');
    expect(padTo('long', 2)).toBe('long');
  });
});

describe('fitTo', () => {
  it('never leaves half a wide character', () => {
    expect(fitTo('客户端', 4)).toBe('客…');
    expect(fitTo('eth0', 4)).toBe('eth0');
    expect(fitTo('flannel0', 4)).toBe('fla…');
  });
});

describe('wrap', () => {
  it('breaks at spaces and keeps a long word whole', () => {
    expect(wrap('a bb -m comment', 6, '  ')).toEqual(['a bb', '  -m', '  comment']);
  });
});
