import type { ComparedPacket, PlacesComparison } from '../../evidence/compare/at-places.ts';
import type { Observation } from '../../evidence/observation.ts';
import { addressWords, conversationWords, packetWords } from '../evidence/words.ts';
import {
  type ComparedRow,
  type Comparison,
  comparison,
  type FieldDifference,
} from './comparison.ts';

/** Fields that routers and the other device change on every way. */
const EXPECTED: ReadonlySet<string> = new Set(['ttl', 'iif', 'oif', 'mark']);

/** Packets of conversations at two places side by side. */
export function comparePlaces(
  places: readonly [a: string, b: string],
  compared: readonly PlacesComparison[],
): Comparison {
  const packets = compared.flatMap((each) => each.packets);
  const seen = (side: 'a' | 'b'): number => packets.filter((packet) => packet[side]).length;
  const side = (name: string, of: 'a' | 'b', other: 'a' | 'b') => {
    const missing = packets.filter((packet) => packet[of] === null && packet[other]).length;
    const misses = missing === 0 ? '' : `, ${missing} of the other place not`;
    return { title: `at ${name}`, result: `${seen(of)} packets seen${misses}` };
  };
  const [a, b] = places;
  return comparison(side(a, 'a', 'b'), side(b, 'b', 'a'), compared.flatMap(rowsOf));
}

function rowsOf({ conversation, packets }: PlacesComparison): ComparedRow[] {
  const title = `#${conversation.id} ${conversationWords(conversation)}`;
  const known = new Set<string>();
  return packets.map((packet): ComparedRow => {
    const fields = freshFields(packet, known);
    const missing = packet.a === null || packet.b === null;
    const shown = packet.a ?? packet.b;
    return {
      packet: title,
      place: packet.direction === 'original' ? '->' : '<-',
      step: `packet ${packet.journey} ${shown ? packetWords(shown.packet) : ''}`,
      a: words(packet.a),
      b: words(packet.b),
      absent: missing ? 'not-seen' : null,
      differs: missing || fields.length > 0,
      fields,
    };
  });
}

/** What is translated is so for each packet of a direction: it is told once. */
function freshFields(
  { differences, direction }: ComparedPacket,
  known: Set<string>,
): readonly FieldDifference[] {
  return differences.filter((difference) => {
    const key = `${direction} ${JSON.stringify(difference)}`;
    if (EXPECTED.has(difference.field) || known.has(key)) return false;
    known.add(key);
    return true;
  });
}

function words(observation: Observation | null): string | null {
  return observation && addressWords(observation.packet);
}
