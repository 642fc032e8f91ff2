import { type Observation, type ObservedPacket, subject } from '../observation.ts';
import { tupleOf } from './tuple.ts';

const SPACE = 2 ** 32;

/**
 * tcpdump prints a SYN's number as it is and later ones counted from it. In a capture that shows
 * a connection's SYN, the later numbers are made absolute again.
 */
export function absoluteSequences(observations: readonly Observation[]): readonly Observation[] {
  const starts = new Map<string, number>();
  return observations.map((observation) => {
    const packet = subject(observation.packet);
    const { tcp } = packet;
    if (observation.format !== 'tcpdump-text' || !tcp) return observation;
    const key = `${observation.vantage.group} ${tupleOf(packet).key}`;
    if (tcp.flags.syn) {
      if (tcp.sequence !== null) starts.set(key, tcp.sequence);
      return observation;
    }
    const start = starts.get(key);
    const { printedSequence: printed } = tcp;
    if (printed === null || tcp.sequence !== null) return observation;
    // tcpdump counts only what acknowledges: a bare reset shows its own number.
    if (!tcp.flags.ack) {
      return { ...observation, packet: withSequence(observation.packet, printed) };
    }
    if (start === undefined) return observation;
    // With -S it is absolute already: then it lies shortly after the SYN's number.
    const after = (printed - start + SPACE) % SPACE;
    const sequence = printed <= after ? (start + printed) % SPACE : printed;
    return { ...observation, packet: withSequence(observation.packet, sequence) };
  });
}

function withSequence(packet: ObservedPacket, sequence: number): ObservedPacket {
  if (packet.inner) return { ...packet, inner: withSequence(packet.inner, sequence) };
  return packet.tcp ? { ...packet, tcp: { ...packet.tcp, sequence } } : packet;
}
