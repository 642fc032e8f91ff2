import type { FlowJson, OutcomeJson, PacketJson } from './trace-json.ts';
import { packetName, placeName } from './words.ts';

/**
 * Says that a reply comes back by another device than the packet left by: legal, often
 * unintended, and what a strict rp_filter or a stateful fabric breaks. Null when it does not.
 */
export function asymmetryLine(outcome: OutcomeJson, flow: FlowJson): string | null {
  const sent = outcome.packets.find((packet) => packet.direction === 'original');
  const reply = outcome.packets.find((packet) => packet.direction === 'reply');
  if (!sent || !reply || reply.steps.length === 0) return null;
  const out = deviceAt(sent, LEAVING, flow.from, 'first');
  const back = deviceAt(reply, COMING_BACK, flow.from, 'last');
  if (out === null || back === null || out === back) return null;
  return `Asymmetric: the ${packetName(sent)} leaves ${flow.from} by ${out}, the ${packetName(reply)} comes back by ${back}.`;
}

const LEAVING = ['transmit'];
/** What a tunnel device unpacks comes in by that device, not by the one that its carrier used. */
const COMING_BACK = ['receive', 'decapsulate'];

function deviceAt(
  packet: PacketJson,
  stages: readonly string[],
  where: string,
  which: 'first' | 'last',
): string | null {
  const steps = packet.steps.filter(
    (step) => step.stage !== null && stages.includes(step.stage) && placeName(step) === where,
  );
  const device = steps.at(which === 'first' ? 0 : -1)?.values.device;
  return typeof device === 'string' ? device : null;
}
