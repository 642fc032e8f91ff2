import type { ConversationOutcome, Journey, Side } from '../evidence.ts';
import { type ObservedPacket, subject } from '../observation.ts';

export interface OutcomeParts {
  readonly originals: readonly Journey[];
  readonly replies: readonly Journey[];
  readonly sideOf: ReadonlyMap<string, Side>;
}

/** What the packets of a connection prove about it. */
export function outcomeOf(parts: OutcomeParts): ConversationOutcome {
  const { originals, replies } = parts;
  const sent = originals.map(packetOf);
  const received = replies.map(packetOf);
  const isTcp = [...sent, ...received].some((packet) => packet?.tcp);
  if (isTcp) {
    if (sent.some(acknowledges)) return 'established';
    if (received.some((packet) => packet?.tcp?.flags.rst)) return 'reset';
  }
  if (received.some((packet) => packet?.icmp?.quoted)) return 'icmp-error';
  if (received.length > 0) return arrived(parts, isTcp) ? 'established' : 'answered';
  // One packet without an answer may be all that somebody copied.
  const repeated = originals.some((journey) => journey.retransmissionOf !== null);
  const captured = originals.some((journey) =>
    journey.sightings.some((sighting) => sighting.vantage.kind === 'capture'),
  );
  return repeated || (!isTcp && captured && originals.length > 1) ? 'unanswered' : 'unknown';
}

function packetOf(journey: Journey): ObservedPacket | null {
  const sighting = journey.sightings[0];
  return sighting ? subject(sighting.packet) : null;
}

/** A client acknowledges only what has reached it. */
function acknowledges(packet: ObservedPacket | null): boolean {
  const flags = packet?.tcp?.flags;
  return flags?.ack === true && !flags.syn && !flags.rst;
}

/** Without acknowledgements a reply has arrived when it was seen beside the client. */
function arrived({ replies, sideOf }: OutcomeParts, isTcp: boolean): boolean {
  if (isTcp) return false;
  return replies.some((journey) =>
    journey.sightings.some((sighting) => sideOf.get(sighting.vantage.group) === 'client'),
  );
}
