import { describe, expect, it } from 'vitest';
import { present } from './journeys/present.ts';
import { readRecording } from './journeys/recording-files.ts';
import { score } from './journeys/score.ts';
import { HOUR_APART, PLAIN, WAYS } from './journeys/ways.ts';

/**
 * Two nodes with a pod each behind a VXLAN, a Service, a NodePort and masquerading with random ports; recorded
 * by test/lab/journeys.test.ts with HOOKLINE_UPDATE_JOURNEYS=1 on Linux 6.18.
 */
const recording = readRecording('test/evidence/corpus/journeys');

/** Seconds: timestamps of one packet on several devices are taken one after the other. */
const TICK = 50e-6;
/** Machines of continuous integration are slow at times. */
const PATIENCE = 120_000;

describe('recorded sightings of two nodes at nine points and all hooks', () => {
  it.each(WAYS)(
    'are joined right, and none wrong: %s',
    (_what, how) => {
      const { known, joined, wrong, missed } = score(present(recording, how));
      expect(known).toBeGreaterThan(10_000);
      expect(wrong).toEqual([]);
      expect(joined / known, missed.slice(0, 20).join('\n')).toBeGreaterThanOrEqual(0.999);
    },
    PATIENCE,
  );

  it('lie in the order of their way', () => {
    const { evidence, times } = present(recording, PLAIN);
    const wrong = evidence.journeys.flatMap(({ id, sightings }) =>
      (['capture', 'log'] as const).flatMap((kind) => {
        const own = sightings.filter(({ vantage }) => vantage.kind === kind);
        return own.flatMap((sighting, at) => {
          const before = own[at - 1];
          const [earlier, later] = [times.get(before?.id ?? -1), times.get(sighting.id)];
          if (earlier == null || later == null || later >= earlier - TICK) return [];
          return [`journey ${id}: ${before?.source.line} before ${sighting.source.line}`];
        });
      }),
    );
    expect(wrong).toEqual([]);
  }, 120_000);

  it('tell by how much the clocks were wrong', () => {
    const { evidence } = present(recording, HOUR_APART);
    const found = evidence.clocks.find(({ a, b }) => a === 'n1@epoch' && b === 'n2@epoch');
    if (!found) throw new Error('two nodes make a comparison');
    const truth = 0 - (2871.3 + (found.at % 100_000) * 80e-6);
    expect(found.bound).toBe('both');
    // Ten seconds of drift that so short a recording cannot tell from a delay.
    expect(Math.abs(found.offset - truth)).toBeLessThan(found.error + 10 * 80e-6);
    expect(found.error).toBeLessThan(0.005);
  }, 120_000);
});
