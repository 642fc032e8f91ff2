import { type Observation, type ObservedPacket, subject } from '../observation.ts';
import { fieldsOf } from './fields.ts';
import { tupleOf } from './tuple.ts';

/** A packet cannot be in the underlay longer, seen on one clock. */
const SECONDS = 5;

/**
 * A LOG line shows of a tunnel's packet only the outside. Where a capture shows a packet with the same outside and what it
 * carries, the line is about that. By addresses, ports, length and identification of the
 * outside; of several that fit, none is taken.
 */
export function openCarriers(observations: readonly Observation[]): readonly Observation[] {
  const carriers = new Map<string, Observation[]>();
  for (const observation of observations) {
    const { packet } = observation;
    if (packet.inner === null || packet.encapsulation === null) continue;
    const key = outsideKey(packet);
    const list = carriers.get(key);
    if (!list) carriers.set(key, [observation]);
    else if (list.length < MOST && !list.some((other) => carriesSame(other, observation))) {
      list.push(observation);
    }
  }
  if (carriers.size === 0) return observations;
  return observations.map((observation) => {
    const { packet } = observation;
    if (packet.inner !== null || packet.tcp !== null) return observation;
    const fitting = (carriers.get(outsideKey(packet)) ?? []).filter((carrier) =>
      mayBeSame(carrier, observation),
    );
    const [carrier, ...others] = fitting;
    if (!carrier || others.length > 0) return observation;
    const { inner, encapsulation } = carrier.packet;
    return { ...observation, packet: { ...packet, inner, encapsulation } };
  });
}

const MOST = 64;

function outsideKey(packet: ObservedPacket): string {
  return `${tupleOf(packet).key} ${packet.length} ${packet.ipId}`;
}

function carriesSame(a: Observation, b: Observation): boolean {
  const [x, y] = [subject(a.packet), subject(b.packet)];
  return tupleOf(x).key === tupleOf(y).key && fieldsOf(x).join() === fieldsOf(y).join();
}

function mayBeSame(a: Observation, b: Observation): boolean {
  if (a.clock !== b.clock || a.time === null || b.time === null) return true;
  return Math.abs(a.time - b.time) <= SECONDS;
}
