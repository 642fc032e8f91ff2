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
  const out = deviceAt(sent, 'transmit', flow.from, 'first');
  const back = deviceAt(reply, 'receive', flow.from, 'last');
  if (out === null || back === null || out === back) return null;
  return `Asymmetric: the ${packetName(sent)} leaves ${flow.from} by ${out}, the ${packetName(reply)} comes back by ${back}.`;
}

function deviceAt(
  packet: PacketJson,
  stage: 'transmit' | 'receive',
  where: string,
  which: 'first' | 'last',
): string | null {
  const steps = packet.steps.filter((step) => step.stage === stage && placeName(step) === where);
  const device = steps.at(which === 'first' ? 0 : -1)?.values.device;
  return typeof device === 'string' ? device : null;
}
