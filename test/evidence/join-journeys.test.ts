import { describe, expect, it } from 'vitest';
import { present } from './journeys/present.ts';
import { readRecording } from './journeys/recording-files.ts';
import { score } from './journeys/score.ts';
import { WAYS } from './journeys/ways.ts';

/**
 * Two nodes with a pod each behind a VXLAN, a Service, a NodePort and masquerading with random ports; recorded
 * by test/lab/journeys.test.ts with HOOKLINE_UPDATE_JOURNEYS=1 on Linux 6.18.
 */
const recording = readRecording('test/evidence/corpus/journeys');

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
});
