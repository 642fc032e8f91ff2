import { type Observation, subject } from '../observation.ts';
import { type Fields, fieldsOf } from './fields.ts';
import { type Tuple, tupleOf } from './tuple.ts';

/** An observation with what joining compares. */
export interface Sighting {
  readonly observation: Observation;
  readonly fields: Fields;
  readonly tuple: Tuple;
  /**
   * Where it was made, in which form: a path passes each such place once. A capture beside one
   * cable may see a packet come and, translated or one hop older, go.
   */
  readonly place: string;
}

export function sightingOf(observation: Observation): Sighting {
  const packet = subject(observation.packet);
  const tuple = tupleOf(packet);
  const { vantage, link } = observation;
  const at =
    vantage.kind === 'capture'
      ? `${vantage.device}/${link?.sourceMac}/${packet.ttl}`
      : `${vantage.hook}/${vantage.table}/${vantage.chain}/${vantage.rule?.kind}${vantage.rule?.number}/${vantage.label}/${vantage.iif}/${vantage.oif}/${vantage.ruleText}`;
  const carried = observation.packet.inner === null ? '' : '+';
  const place = `${vantage.group}/${vantage.direction}${carried}/${at}/${tuple.key}`;
  return { observation, fields: fieldsOf(packet), tuple, place };
}

/** On one clock in its order, else as they were read. */
export function byTime(a: Sighting, b: Sighting): number {
  const [x, y] = [a.observation, b.observation];
  if (x.clock !== y.clock || x.time === null || y.time === null) return x.id - y.id;
  return x.time - y.time || x.id - y.id;
}
