import type { DropSighting } from '../../evidence/drop.ts';
import { isDropReason } from '../../linux/drop-reason.ts';
import type { EvidenceRef } from '../diagnosis.ts';
import type { Ending } from '../ending.ts';
import type { Fit } from '../fit.ts';
import { answersOne, mayBeAt, packetsOf } from './flow-packets.ts';

/** Reasons that say nothing of why a flow fails: a tap's clone, a queue that is emptied. */
const SILENT: ReadonlySet<string> = new Set([
  'NOT_SPECIFIED',
  'CONSUMED',
  'QUEUE_PURGE',
  'SOCKET_CLOSE',
  'SOCKET_FILTER',
  'OTHERHOST',
]);

/**
 * Holds an ending against drops. A drop of one of the flow's packets has to be the predicted one:
 * that packet, on that node, for that reason. A drop whose packet is not shown, with the reason and
 * the family at the predicted node, speaks for the ending; elsewhere it is of other packets.
 */
export function compareWithDrops(ending: Ending, drops: readonly DropSighting[]): Fit {
  const supports: EvidenceRef[] = [];
  const contradictions: EvidenceRef[] = [];
  for (const drop of drops) {
    const { reason, source } = drop;
    if (reason === null && isMartianOf(drop, ending)) supports.push({ source, shows: 'drop-seen' });
    if (reason === null || SILENT.has(reason) || !isDropReason(reason)) continue;
    const here = ending.packet.at !== null && mayBeAt(ending.packet.at, drop, true);
    const same = reason === ending.dropReason;
    if (drop.packet === null) {
      const known = drop.node !== null && ending.packet.at !== null;
      if (known && here && same && ofFamily(ending, drop.protocol)) {
        supports.push({ source, shows: 'drop-seen' });
      }
      continue;
    }
    const packets = packetsOf(ending.outcome, drop.packet);
    if (packets.length === 0) {
      // An answer that is not predicted to be sent; a reset may be, and is nobody's loss.
      const answer = !drop.packet.tcp?.flags.rst && answersOne(ending.outcome, drop.packet);
      if (answer) contradictions.push({ source, shows: 'drop-of-another-packet' });
      continue;
    }
    if (!packets.includes(ending.packet))
      contradictions.push({ source, shows: 'drop-of-another-packet' });
    else if (!here) contradictions.push({ source, shows: 'drop-elsewhere' });
    else if (!same) contradictions.push({ source, shows: 'drop-for-another-reason' });
    else supports.push({ source, shows: 'drop-seen' });
  }
  return { supports, contradictions, doubts: [] };
}

/** What the kernel logs as a martian source, which does not say why. Linux: ip_handle_martian_source(). */
const OF_MARTIANS: ReadonlySet<string | null> = new Set([
  'IP_RPFILTER',
  'IP_LOCAL_SOURCE',
  'IP_INVALID_SOURCE',
  'IP_LOCALNET',
]);

/** The same message is written about ARP, so that it speaks against nothing. */
function isMartianOf(drop: DropSighting, ending: Ending): boolean {
  const at = ending.packet.at;
  return (
    drop.location === 'ip_handle_martian_source' &&
    drop.packet !== null &&
    drop.node !== null &&
    at !== null &&
    mayBeAt(at, drop, true) &&
    OF_MARTIANS.has(ending.dropReason) &&
    packetsOf(ending.outcome, drop.packet).includes(ending.packet)
  );
}

const ETHER_IPV6 = 0x86dd;
const ETHER_IPV4 = 0x0800;

function ofFamily({ packet }: Ending, etherType: number | null): boolean {
  const family = packet.steps.at(-1)?.skb.packet.source.family;
  return etherType === null || etherType === (family === 6 ? ETHER_IPV6 : ETHER_IPV4);
}
