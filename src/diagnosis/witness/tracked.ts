import type { TrackedConnection } from '../../evidence/tracked-connection.ts';
import type { Flow } from '../../packet/flow.ts';
import { ports } from '../../packet/packet.ts';
import type { PacketTrace } from '../../trace/trace.ts';
import type { EvidenceRef } from '../diagnosis.ts';
import type { Ending } from '../ending.ts';
import type { Fit } from '../fit.ts';
import { innermost } from '../match-sightings.ts';
import { equal, mayBeAt, protocolOf } from './flow-packets.ts';

/**
 * Holds an ending against connection tracking entries of the flow. What an entry shows: whether a
 * packet came back through this node's PREROUTING, and the translation that was set up, which the
 * reply's addresses invert. An entry of an established connection may be of a try that worked. Of
 * several entries of one node one that agrees is enough: they are of several tries.
 */
export function compareWithTracked(
  ending: Ending,
  flow: Flow,
  tracked: readonly TrackedConnection[],
): Fit {
  const supports: EvidenceRef[] = [];
  const contradictions: EvidenceRef[] = [];
  const doubts: EvidenceRef[] = [];
  const byPlace = new Map<string, TrackedConnection[]>();
  for (const entry of tracked) {
    if (entry.node === null || !isOf(entry, ending, flow)) continue;
    const key = `${entry.node}/${entry.netns}`;
    const list = byPlace.get(key);
    if (list) list.push(entry);
    else byPlace.set(key, [entry]);
  }
  for (const entries of byPlace.values()) {
    const results = entries.map((entry) => ({ entry, shows: resultOf(ending, entry) }));
    const agreed = results.find(({ shows }) => shows === 'entry-agrees');
    const told = agreed ?? results[0];
    if (!told) continue;
    const ref: EvidenceRef = { source: told.entry.source, shows: told.shows };
    if (agreed) supports.push(ref);
    else if (told.shows === 'entry-replied' && told.entry.state !== 'SYN_RECV') doubts.push(ref);
    else contradictions.push(ref);
  }
  return { supports, contradictions, doubts };
}

/** Whether an entry is of this flow: its original direction is the first packet in this namespace. */
function isOf(entry: TrackedConnection, { outcome }: Ending, flow: Flow): boolean {
  const { source, destination, sport, dport } = entry.original;
  if (entry.protocol !== protocolOf(flow)) return false;
  if (flow.sport !== null && sport !== null && sport !== flow.sport) return false;
  return (outcome.packets[0]?.steps ?? []).some((step) => {
    const packet = innermost(step.skb.packet);
    const to = ports(packet).dport;
    return (
      mayBeAt(step.where, entry, false) &&
      equal(packet.source, source) &&
      equal(packet.destination, destination) &&
      (dport === null || to === 0 || to === dport)
    );
  });
}

/** Drops that come before a new connection is confirmed, so that it never gets an entry. */
const BEFORE_CONFIRM: ReadonlySet<string> = new Set([
  'IP_RPFILTER',
  'IP_INNOROUTES',
  'IP_INADDRERRORS',
  'NETFILTER_DROP',
]);

function resultOf(ending: Ending, entry: TrackedConnection): string {
  const { packets } = ending.outcome;
  const dies = ending.packet === packets[0] && BEFORE_CONFIRM.has(ending.dropReason ?? '');
  if (dies && ending.packet.at && mayBeAt(ending.packet.at, entry, false)) return 'entry-confirmed';
  const [first] = packets;
  const left = first?.steps.findLast(({ where }) => mayBeAt(where, entry, false));
  if (left && !equal(innermost(left.skb.packet).destination, entry.reply.source)) {
    return 'entry-with-another-translation';
  }
  const replied = packets.some(
    (packet) =>
      packet.direction === 'reply' && packet.kind !== 'icmp-error' && isTracked(packet, entry),
  );
  if (entry.unreplied === !replied) return 'entry-agrees';
  return entry.unreplied ? 'entry-unreplied' : 'entry-replied';
}

/** Whether a packet itself, not one that carries it, is tracked in the entry's namespace. */
function isTracked(packet: PacketTrace, entry: TrackedConnection): boolean {
  return packet.steps.some(
    ({ where, action, skb }) =>
      action.kind === 'conntrack' &&
      action.state !== 'UNTRACKED' &&
      skb.packet.inner === undefined &&
      mayBeAt(where, entry, false),
  );
}
