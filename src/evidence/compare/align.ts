import type { Observation } from '../observation.ts';
import { commonSequence, type Pair } from './common-sequence.ts';
import { FIELDS, type Field, fieldsOf } from './packet-fields.ts';
import { placeOf, type Sides, type StepPlace, samePlace, uniquePlaces } from './step-place.ts';

/** Two flows put side by side, place by place. Data only: `report` draws it. */
export interface JourneyComparison {
  readonly steps: readonly ComparedStep[];
  /** Index of the first step at which a field differs or one flow was not seen; null if none. */
  readonly firstDifference: number | null;
}

export interface ComparedStep {
  readonly place: StepPlace;
  readonly a: ComparedSighting | null;
  readonly b: ComparedSighting | null;
  readonly differences: readonly FieldDifference[];
  /** When one flow was not seen here: whether other packets of it were, so it was looked for. */
  readonly absent: { readonly flow: 'a' | 'b'; readonly watched: boolean } | null;
}

export interface ComparedSighting {
  readonly observation: Observation;
  /** What changed since the flow's previous step. */
  readonly rewritten: readonly FieldDifference[];
}

/** Of `rewritten`, a is before and b after. */
export interface FieldDifference {
  readonly field: Field;
  readonly a: string;
  readonly b: string;
}

/** One packet of a flow, and every sighting of that flow. */
export interface FlowPart {
  readonly sightings: readonly Observation[];
  readonly watched: readonly Observation[];
}

/** A path has some dozens of places; garbage input may have any number. */
const MAX_STEPS = 300;

/** Lays two packets beside each other, place by place. */
export function align(a: FlowPart, b: FlowPart, sides: Sides): JourneyComparison {
  const equal = (x: Placed, y: Placed): boolean => samePlace(x.place, y.place);
  const pairs = commonSequence(placedOf(a, sides), placedOf(b, sides), equal);
  const places = { a: uniquePlaces(a.watched, sides), b: uniquePlaces(b.watched, sides) };
  const absentFrom = (flow: 'a' | 'b', place: StepPlace): NonNullable<ComparedStep['absent']> => ({
    flow,
    watched: places[flow].some((seen) => samePlace(seen, place)),
  });
  const stepOf = (pair: Pair<Placed>): ComparedStep => {
    switch (pair.kind) {
      case 'both': {
        const [one, other] = [pair.a.sighting, pair.b.sighting];
        const differences = differencesOf(one.observation, other.observation, COMPARED);
        return { place: pair.a.place, a: one, b: other, differences, absent: null };
      }
      case 'a': {
        const { place, sighting } = pair.a;
        const absent = absentFrom('b', place);
        return { place, a: sighting, b: null, differences: [], absent };
      }
      case 'b': {
        const { place, sighting } = pair.b;
        const absent = absentFrom('a', place);
        return { place, a: null, b: sighting, differences: [], absent };
      }
    }
  };
  const steps = pairs.map(stepOf);
  const first = steps.findIndex((step) => step.absent || step.differences.length > 0);
  return { steps, firstDifference: first < 0 ? null : first };
}

interface Placed {
  readonly place: StepPlace;
  readonly sighting: ComparedSighting;
}

function placedOf({ sightings }: FlowPart, sides: Sides): readonly Placed[] {
  return sightings.slice(0, MAX_STEPS).map((observation, index) => {
    const before = sightings[index - 1];
    const rewritten = before ? differencesOf(before, observation, FIELDS) : [];
    return { place: placeOf(observation, sides), sighting: { observation, rewritten } };
  });
}

/** The client's port is another one at each attempt and says nothing. */
const COMPARED = FIELDS.filter((field) => field !== 'sport');

/** The fields that two sightings of one packet both show and that differ. */
export function sightingDifferences(a: Observation, b: Observation): readonly FieldDifference[] {
  return differencesOf(a, b, FIELDS);
}

function differencesOf(
  a: Observation,
  b: Observation,
  fields: readonly Field[],
): readonly FieldDifference[] {
  const [one, other] = [fieldsOf(a), fieldsOf(b)];
  return fields.flatMap((field) => {
    const [x, y] = [one[field], other[field]];
    return x === null || y === null || x === y ? [] : [{ field, a: x, b: y }];
  });
}
