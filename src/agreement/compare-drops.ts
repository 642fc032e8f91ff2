import type { Drop, FlowReport } from '../lab/report.ts';
import type { Outcome } from '../trace/trace.ts';
import type { Difference, Toleration } from './agreement.ts';
import type { Findings } from './compare-visits.ts';
import { type VisibleKind, visibleAs, visibleKind } from './packet-kind.ts';
import { toleratedDrop } from './tolerations.ts';

/**
 * Why each packet ended that did: the reason with which the kernel freed a packet of that kind has
 * to be the model's, and a packet that arrives is not freed with one.
 */
export function compareDrops(outcome: Outcome, report: FlowReport): Findings {
  const differences: Difference[] = [];
  const tolerated: Toleration[] = [];
  const seen = dropsByKind(report.drops);
  const kinds = new Map(outcome.packets.map((packet) => [visibleAs(packet.kind), packet.kind]));
  for (const [visible, packet] of kinds) {
    const expected = outcome.packets
      .filter(({ kind }) => visibleAs(kind) === visible)
      .flatMap(({ dropReason }) => (dropReason === null ? [] : [dropReason]));
    const drops = seen.get(visible) ?? [];
    const kernel = drops.map(({ reason, location }) => `${reason} in ${location}`);
    if (expected.length === 0 && drops.length === 0) continue;
    const sent = outcome.packets.some(
      ({ kind, visits }) => visibleAs(kind) === visible && visits.length > 0,
    );
    if (!sent && drops.length === 0) {
      tolerated.push({ rule: 'never-sent', detail: packet });
      continue;
    }
    const [reason = null] = expected;
    if (reason !== null && drops.some((drop) => drop.reason === reason)) continue;
    const rule = toleratedDrop(reason, drops);
    if (rule) tolerated.push({ rule, detail: packet });
    else differences.push({ kind: 'drop-reason', packet, model: reason, kernel });
  }
  return { differences, tolerated };
}

function dropsByKind(drops: readonly Drop[]): ReadonlyMap<VisibleKind, readonly Drop[]> {
  const groups = new Map<VisibleKind, Drop[]>();
  for (const drop of drops) {
    const kind = drop.packet ? visibleKind(drop.packet) : null;
    if (kind === null) continue;
    const group = groups.get(kind);
    if (group) group.push(drop);
    else groups.set(kind, [drop]);
  }
  return groups;
}
