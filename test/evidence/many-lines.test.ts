import { describe, expect, it } from 'vitest';
import { readEvidenceText } from '../../src/evidence/text/read-text.ts';
import { logLine } from './log-line.ts';

/** A connection that goes on for long, seen at two places, and one that begins at the end. */
const long = Array.from({ length: 400 }, (_, at) =>
  logLine({ prefix: at % 2 ? 'nat post: ' : 'raw out: ', id: at + 1, flags: 'ACK' }),
);
const late = [logLine({ prefix: 'raw out: ', spt: 50_000, id: 7, flags: 'SYN' })];

describe('a log of more lines than are kept', () => {
  const limit = 100;
  const { value, issues } = readEvidenceText([...long, ...late], 'a.log', { limit });

  it('keeps the first lines of each flow at each place, and all that open a connection', () => {
    const kept = value.observations;
    expect(kept.length).toBeLessThanOrEqual(limit);
    expect(kept.filter(({ packet }) => packet.sport === 50_000)).toHaveLength(1);
    const places = kept.map(({ vantage }) => vantage.label);
    expect(new Set(places).size).toBe(2);
    expect(kept.map(({ id }) => id)).toEqual(kept.map((_, at) => at));
    const lines = kept.map(({ source }) => source.line);
    expect(lines).toEqual(lines.toSorted((a, b) => a - b));
  });

  it('counts the others', () => {
    expect(value.file).toMatchObject({ lines: 401, recognised: 401, unplacedCount: 0 });
    expect(value.file.dropped).toBe(401 - value.observations.length);
    expect(issues.map(({ code }) => code)).toEqual(['packets-over-limit']);
  });

  it('still names lines that cannot be read', () => {
    const cut = `${logLine({ prefix: 'raw out: ' }).split(' PROTO=')[0]}`;
    const part = readEvidenceText([...long, cut], 'a.log', { limit });
    expect(part.issues.length).toBeGreaterThan(1);
  });
});
