import { describe, expect, test } from 'vitest';
import { comparisonTable } from '../../src/report/diagnosis/comparison-table.ts';
import { PLAIN_CANVAS } from '../../src/report/text/style.ts';
import { displayWidth } from '../../src/report/text/width.ts';
import { diagnoseFounding } from './run-diagnosis.ts';

describe('the founding flows side by side', () => {
  const { comparison } = diagnoseFounding();
  const lines = (edge: number): readonly string[] => {
    if (!comparison) throw new Error('nothing is compared');
    return comparisonTable(comparison, 'summary', { ...PLAIN_CANVAS, width: 80, edge });
  };
  const wide = lines(Number.POSITIVE_INFINITY);
  const narrow = lines(80);

  test('stand in columns where there is room', () => {
    expect(wide.find((line) => line.includes('raw output'))).toMatch(
      /^ {2}raw output +o eth0 10\.39\.0\.17>\S+ +o flannel0 192\.168\.82\.0>\S+$/,
    );
  });

  test('stand one below the other where a line would break', () => {
    expect(Math.max(...wide.map(displayWidth))).toBeGreaterThan(80);
    expect(Math.max(...narrow.map(displayWidth))).toBeLessThanOrEqual(80);
    const at = narrow.indexOf('  raw output');
    expect(narrow.slice(at + 1, at + 3)).toEqual([
      expect.stringMatching(/^ {4}A {4}o eth0 10\.39\.0\.17>/),
      expect.stringMatching(/^ {4}B {4}o flannel0 192\.168\.82\.0>/),
    ]);
  });

  test('say once what is the same', () => {
    const at = narrow.findIndex((line) => line.includes('transmit eth0'));
    expect(narrow[at + 1]).toMatch(/^ {4}A,B {2}i eth0 /);
  });
});
