import { describe, expect, it } from 'vitest';
import { FAMILIES, familyLines, fuzzFamily } from './fuzz-family.ts';

const SEED = Number(process.env.HOOKLINE_SEED ?? 20_261_125);
const LINES = 2000;

describe(`damaged lines (seed ${SEED})`, () => {
  it.each(Object.keys(FAMILIES))('of %s never make a reader throw or lose count', (family) => {
    expect(familyLines(family).length).toBeGreaterThan(5);
    const { lines, recognised } = fuzzFamily(family, LINES, SEED);
    expect(lines).toBe(LINES);
    // Most are damaged so little that they are still what they were: the readers were reached.
    expect(recognised).toBeGreaterThan(LINES / 40);
  });
});
