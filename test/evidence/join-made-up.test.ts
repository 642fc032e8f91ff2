import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildEvidence } from '../../src/evidence/build-evidence.ts';
import { joinPackets } from '../../src/evidence/join/join-packets.ts';
import { madeUp, type Plan } from './journeys/synthetic.ts';

const clock = fc.tuple(
  fc.double({ min: -3600, max: 3600, noNaN: true }),
  fc.double({ min: -2e-4, max: 2e-4, noNaN: true }),
);

const plans: fc.Arbitrary<Plan> = fc.record({
  seed: fc.nat(),
  family: fc.constantFrom(4, 6),
  timestamps: fc.boolean(),
  loss: fc.constantFrom(0, 0.05, 0.25),
  flows: fc.integer({ min: 1, max: 12 }),
  attempts: fc.integer({ min: 1, max: 3 }),
  masquerade: fc.boolean(),
  poor: fc.boolean(),
  clocks: fc.tuple(clock, clock, clock),
});

/** Machines of continuous integration are slow at times. */
const PATIENCE = 120_000;

interface Result {
  readonly wrong: number;
  readonly sightings: number;
  readonly alone: number;
}

function judged(plan: Plan): Result {
  const { part, truth } = madeUp(plan);
  const packets = joinPackets(part.value.observations);
  const most = new Map<number, number>();
  let wrong = 0;
  for (const { sightings } of packets) {
    const own = new Set(sightings.map(({ id }) => truth[id]));
    if (own.size > 1) wrong += sightings.length;
    for (const key of own) {
      const count = sightings.filter(({ id }) => truth[id] === key).length;
      if (key !== undefined) most.set(key, Math.max(most.get(key) ?? 0, count));
    }
  }
  const joined = [...most.values()].reduce((sum, count) => sum + count, 0);
  return { wrong, sightings: truth.length, alone: truth.length - joined };
}

describe('made-up connections through two translations, with losses and clocks an hour apart', () => {
  it(
    'never become one journey when they are two packets',
    () => {
      fc.assert(
        fc.property(plans, (plan) => {
          expect(judged(plan).wrong).toBe(0);
        }),
        { numRuns: 60 },
      );
    },
    PATIENCE,
  );

  it(
    'are joined wholly where each format shows the numbers',
    () => {
      fc.assert(
        fc.property(plans, (plan) => {
          const { alone } = judged({ ...plan, poor: false, timestamps: true });
          expect(alone).toBe(0);
        }),
        { numRuns: 60 },
      );
    },
    PATIENCE,
  );

  it(
    'give back by how much each clock was wrong, within the error that is told',
    () => {
      fc.assert(
        fc.property(plans, (plan) => {
          const { part } = madeUp({
            ...plan,
            flows: 12,
            attempts: 2,
            poor: false,
            timestamps: true,
          });
          const { clocks } = buildEvidence([part]);
          const node = (name: string): number => Number(/^n(\d)/.exec(name)?.[1]);
          const between = clocks.filter(({ bound }) => bound === 'both');
          expect(between.length).toBeGreaterThan(0);
          for (const { a, b, offset, error, at, drift, driftError } of between) {
            const [ahead, faster] = plan.clocks[node(a)] ?? [0, 0];
            const [other, quicker] = plan.clocks[node(b)] ?? [0, 0];
            const true_ = 1_700_000_000 + (at - ahead - 1_700_000_000) / (1 + faster);
            const since = true_ - 1_700_000_000;
            const truth = ahead + since * faster - (other + since * quicker);
            expect(Math.abs(offset - truth)).toBeLessThanOrEqual(error + 2e-6);
            if (drift === null || driftError === null) continue;
            // A time of today has a quarter of a microsecond as its last bit, and some last two seconds only.
            expect(Math.abs(drift - (faster - quicker))).toBeLessThanOrEqual(driftError + 1e-6);
          }
        }),
        { numRuns: 12 },
      );
    },
    PATIENCE,
  );
});
