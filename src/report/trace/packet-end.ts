import { dropReasonInShort } from '../explain/drop-reason-in-short.ts';
import type { OutcomeJson, PacketJson, StepJson } from './trace-json.ts';
import { packetName, placeName, rejectWords, rpFilterWords } from './words.ts';

/** The packet that decided an outcome: the one that did not arrive, or the last. */
export function decidingPacket(outcome: OutcomeJson): PacketJson | null {
  const lost = outcome.packets.find(
    (packet) => packet.disposition !== 'delivered' && packet.disposition !== 'forwarded-out',
  );
  return lost ?? outcome.packets.at(-1) ?? null;
}

/** The device at which a packet ended: where it came in, or where it was to leave. */
export function endDevice(packet: PacketJson): string | null {
  const last = packet.steps.at(-1);
  return last ? (last.iif ?? last.oif) : null;
}

/** `the SYN is dropped on n2 at flannel0: IP_RPFILTER (strict rp_filter: ...)`. */
export function packetEnd(packet: PacketJson): string {
  const subject = `the ${packetName(packet)}`;
  const place = packet.node === null ? null : placeName({ ...packet, node: packet.node });
  const where = place === null ? '' : ` on ${place}`;
  const device = endDevice(packet);
  const at = device === null ? '' : ` at ${device}`;
  switch (packet.disposition) {
    case 'delivered':
      return `${subject} is delivered${where}`;
    case 'dropped': {
      const gateway = gatewayOf(packet);
      if (gateway !== null) {
        return `${subject} is lost at ${gateway}, after it left ${place ?? 'its node'} by ${device ?? 'a device'}`;
      }
      const why = dropWords(packet);
      return `${subject} is dropped${where}${at}: ${packet.dropReason ?? 'no reason known'}${why && ` (${why})`}`;
    }
    case 'rejected':
      return `${subject} is rejected${where}${at} with ${rejectedWith(packet)}`;
    case 'forwarded-out':
      return `${subject} leaves what the snapshot knows${where}${at}`;
    case 'looped':
      return `${subject} goes round in a loop${where}`;
    case 'unknown':
      return `what happens to ${subject}${where}${at} is not known`;
  }
}

/** The gateway outside the snapshot that dropped the packet, or null. */
function gatewayOf(packet: PacketJson): string | null {
  const at = packet.steps.findLast((step) => step.stage === 'drop')?.values.at;
  return typeof at === 'string' && at.startsWith('gateway ') ? at : null;
}

/** Why the packet was dropped, as far as its steps say, without the reason's name. */
export function dropWords(packet: PacketJson): string {
  const failed = packet.steps.findLast(
    (step) => step.stage === 'rp-filter' && step.verdict !== 'pass',
  );
  if (failed) return rpFilterWords(failed);
  const table = packet.steps.findLast((step) => step.table !== null && step.verdict === 'drop');
  if (table && packet.dropReason === 'NETFILTER_DROP') return tableDrop(packet, table);
  return packet.dropReason === null ? '' : (dropReasonInShort(packet.dropReason) ?? '');
}

function tableDrop(packet: PacketJson, step: StepJson): string {
  if (step.values.byPolicy === true) {
    return `the policy of chain ${step.chain ?? ''} in table ${step.table ?? ''}`;
  }
  const rule = decidingRule(packet, step);
  return rule === null
    ? `table ${step.table ?? ''} in ${step.hook ?? ''}`
    : `table ${step.table ?? ''}: ${rule.rule ?? ''}`;
}

/** The rule that made a table end as it did: the last one that matched in it. */
export function decidingRule(packet: PacketJson, end: StepJson): StepJson | null {
  const index = packet.steps.indexOf(end);
  if (end.rule !== null) return end;
  const before = packet.steps[index - 1];
  return before && before.rule !== null && before.table === end.table ? before : null;
}

function rejectedWith(packet: PacketJson): string {
  const step = packet.steps.findLast((each) => each.stage === 'reject');
  const table = packet.steps.findLast((each) => each.verdict === 'reject' && each.rule === null);
  const rule = table ? decidingRule(packet, table) : null;
  const how = step ? rejectWords(step) : 'an error';
  return rule?.rule ? `${how} (${rule.rule})` : how;
}
