import type { Drop, FlowReport } from '../lab/report.ts';
import type { Outcome, PacketKind } from '../trace/trace.ts';
import type { Difference, Toleration } from './agreement.ts';
import type { Findings } from './compare-visits.ts';
import { followedKind, type Handshake, handshakeNumbers, isOuter } from './kernel-packets.ts';
import { comparedPackets, type VisibleKind } from './packet-kind.ts';
import { toleratedDrop, toleratedLoss } from './tolerations.ts';

/**
 * Why each packet ended that did: the reason with which the kernel freed a packet of that kind has
 * to be the model's, and a packet that arrives is not freed with one. What a tunnel's packet carries
 * does not always show, so it may be any of the flow's.
 */
export function compareDrops(outcome: Outcome, report: FlowReport): Findings {
  const differences: Difference[] = [];
  const tolerated: Toleration[] = [];
  const veiled = report.drops.filter(({ packet }) => packet !== null && isVeiled(packet));
  const handshake = handshakeNumbers(report.visits);
  const seen = dropsByKind(
    report.drops.filter((drop) => !veiled.includes(drop) && !isUsedUp(drop)),
    handshake,
  );
  for (const { packet, visible, expected, sent } of endings(outcome)) {
    const own = seen.get(visible) ?? [];
    const reason = expected[0] ?? null;
    const drops = reason === null ? own : [...own, ...veiled];
    if (reason === null && own.length === 0) continue;
    if (!sent && drops.length === 0) {
      tolerated.push({ rule: 'never-sent', detail: packet });
      continue;
    }
    if (reason !== null && drops.some((drop) => drop.reason === reason)) continue;
    const rule =
      toleratedDrop(reason, drops) ?? toleratedLoss(outcome, packet, reason, drops.length > 0);
    if (rule) tolerated.push({ rule, detail: packet });
    else differences.push(dropDifference(packet, reason, drops));
  }
  const packets = comparedPackets(outcome);
  const ends = new Set(packets.map(({ dropReason }) => dropReason));
  const unexpected = veiled.filter((drop) => !ends.has(drop.reason));
  const [first] = packets;
  if (differences.length === 0 && unexpected.length > 0 && first) {
    const connected = outcome.client === 'connected';
    const rule = connected ? 'end-of-story' : toleratedDrop(first.dropReason, unexpected);
    if (rule) tolerated.push({ rule, detail: first.kind });
    else differences.push(dropDifference(first.kind, null, unexpected));
  }
  return { differences, tolerated };
}

/** How the packets of each kind end in the model. */
function endings(outcome: Outcome): readonly {
  readonly packet: PacketKind;
  readonly visible: VisibleKind;
  readonly expected: readonly string[];
  readonly sent: boolean;
}[] {
  const packets = comparedPackets(outcome);
  const kinds = new Map(packets.map((packet) => [packet.visible, packet.kind]));
  return [...kinds].map(([visible, packet]) => {
    const lost = packets.filter((one) => one.visible === visible && one.dropReason !== null);
    return {
      packet,
      visible,
      expected: lost.flatMap(({ dropReason }) => dropReason ?? []),
      sent: lost.length === 0 || lost.some(({ visits }) => visits.length > 0),
    };
  });
}

function dropDifference(
  packet: PacketKind,
  model: string | null,
  drops: readonly Drop[],
): Difference {
  const kernel = drops.map(({ reason, location }) => `${reason} in ${location}`);
  return { kind: 'drop-reason', packet, model, kernel };
}

/** A ping that could not be answered is freed like that. Linux: icmpv6_rcv(), icmpv6_echo_reply(). */
function isUsedUp({ reason, location }: Drop): boolean {
  return reason === 'NOT_SPECIFIED' && location === 'icmpv6_rcv';
}

function isVeiled(packet: NonNullable<Drop['packet']>): boolean {
  return packet.inner === null && isOuter(packet);
}

function dropsByKind(
  drops: readonly Drop[],
  handshake: Handshake,
): ReadonlyMap<VisibleKind, readonly Drop[]> {
  const groups = new Map<VisibleKind, Drop[]>();
  for (const drop of drops) {
    const kind = drop.packet ? followedKind(drop.packet, handshake) : null;
    if (kind === null) continue;
    const group = groups.get(kind);
    if (group) group.push(drop);
    else groups.set(kind, [drop]);
  }
  return groups;
}
