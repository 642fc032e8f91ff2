import { type Observation, subject } from '../observation.ts';
import type { DirectedPacket } from './connection.ts';
import { flagBits } from './flag-bits.ts';

/** For each packet of a connection the earlier one that it repeats, by index. */
export function findRetransmissions(
  packets: readonly DirectedPacket[],
): ReadonlyMap<number, number> {
  const firsts = new Map<string, number>();
  const repeats = new Map<number, number>();
  for (const packet of packets) {
    const keys = packet.sightings.flatMap((sighting) => contentKeys(sighting));
    const own = keys.map((key) => `${packet.direction} ${key}`);
    const earlier = own.map((key) => firsts.get(key)).find((index) => index !== undefined);
    if (earlier !== undefined) repeats.set(packet.index, earlier);
    for (const key of own) if (!firsts.has(key)) firsts.set(key, earlier ?? packet.index);
  }
  return repeats;
}

/** What two packets have in common when the second repeats the first. */
function contentKeys(sighting: Observation): readonly string[] {
  const { tcp } = subject(sighting.packet);
  if (!tcp) return [];
  const { flags, sequence, printedSequence, payloadLength } = tcp;
  const fills = flags.syn || flags.fin || (payloadLength ?? 0) > 0;
  if (!fills) return [];
  const what = `${flagBits(flags) & SEQUENCED} ${payloadLength ?? 0}`;
  if (sequence !== null) return [`absolute ${sequence} ${what}`];
  // A relative number means the same within one capture only.
  if (printedSequence !== null) return [`${sighting.vantage.group} ${printedSequence} ${what}`];
  return flags.syn ? [`syn ${flags.ack ?? false}`] : [];
}

/** FIN and SYN take a sequence number each; PSH and ACK may differ in a repetition. */
const SEQUENCED = 0b11;
