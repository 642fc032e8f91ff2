import type { Address } from '../../packet/address.ts';
import { type Observation, type ObservedPacket, subject } from '../observation.ts';
import { type Fields, fieldsOf, identityBits } from './fields.ts';
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
  const tuple = scoped(tupleOf(packet), packet, observation);
  const { vantage, link } = observation;
  const fields = fieldsOf(packet);
  // What shows no number and passes a hook twice, by other devices, is two packets.
  const telling = identityBits(fields, fields) > 0;
  const devices = telling ? `${vantage.iif}/${vantage.oif}` : '';
  const at =
    vantage.kind === 'capture'
      ? `${vantage.device}/${link?.sourceMac}/${packet.ttl}`
      : `${vantage.hook}/${vantage.table}/${vantage.chain}/${vantage.rule?.kind}${vantage.rule?.number}/${vantage.label}/${vantage.ruleText}/${devices}`;
  const carried = observation.packet.inner === null ? '' : '+';
  const place = `${vantage.group}/${vantage.direction}${carried}/${at}/${tuple.key}`;
  return { observation, fields, tuple, place };
}

/** Addresses of one link, and none at all, are the same on every node: they tell nothing between nodes. */
function scoped(tuple: Tuple, packet: ObservedPacket, { vantage }: Observation): Tuple {
  if (!isLinkScoped(packet.source) && !isLinkScoped(packet.destination)) return tuple;
  const scope = vantage.node ?? vantage.group;
  const mark = (text: string): string => `${scope} ${text}`;
  return { ...tuple, from: mark(tuple.from), to: mark(tuple.to), key: mark(tuple.key) };
}

/** 0.0.0.0, 169.254.0.0/16, 224.0.0.0/24, 255.255.255.255; ::, fe80::/10, ff02::/16. */
function isLinkScoped(address: Address): boolean {
  if (address.family === 4) {
    const { bits } = address;
    return bits === 0 || bits >>> 16 === 0xa9fe || bits >>> 8 === 0xe00000 || bits === 0xffffffff;
  }
  const high = Number(address.bits >> 112n);
  return address.bits === 0n || (high & 0xffc0) === 0xfe80 || (high & 0xff0f) === 0xff02;
}

/** On one clock in its order, else as they were read. */
export function byTime(a: Sighting, b: Sighting): number {
  const [x, y] = [a.observation, b.observation];
  if (x.clock !== y.clock || x.time === null || y.time === null) return x.id - y.id;
  return x.time - y.time || x.id - y.id;
}
