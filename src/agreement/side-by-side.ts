import type { FlowReport } from '../lab/report.ts';
import type { Outcome, PacketKind } from '../trace/trace.ts';
import { kernelPackets } from './kernel-packets.ts';
import { comparedPackets } from './packet-kind.ts';
import type { Places } from './places.ts';
import { kernelVisit, modelVisit, type VisitFacts } from './visit-facts.ts';

/** The same meeting of a packet with a hook in both views; null where one view has none. */
export interface SideBySideRow {
  readonly packet: PacketKind;
  readonly model: VisitFacts | null;
  readonly kernel: VisitFacts | null;
}

/** Every hook of every packet, model and kernel beside each other, in order. */
export function sideBySide(
  outcome: Outcome | null,
  report: FlowReport,
  places: Places,
): readonly SideBySideRow[] {
  const kernel = new Map(
    [...kernelPackets(report.visits)].map(([kind, visits]) => [
      kind,
      visits.flatMap((visit) => kernelVisit(visit, places) ?? []),
    ]),
  );
  const rows: SideBySideRow[] = [];
  const packets = outcome ? comparedPackets(outcome) : [];
  packets.forEach(({ kind, visible, visits }, i) => {
    const seen = kernel.get(visible) ?? [];
    // Two packets that look alike share the kernel's visits: the last one gets the rest.
    const more = packets.slice(i + 1).some((later) => later.visible === visible);
    const own = seen.slice(0, more ? visits.length : seen.length);
    kernel.set(visible, seen.slice(own.length));
    for (let at = 0; at < Math.max(visits.length, own.length); at++) {
      const visit = visits[at];
      rows.push({
        packet: kind,
        model: visit ? modelVisit(visit) : null,
        kernel: own[at] ?? null,
      });
    }
  });
  for (const [kind, seen] of kernel) {
    const packet = kind === 'pure-ack' ? 'ack' : kind;
    for (const facts of seen) rows.push({ packet, model: null, kernel: facts });
  }
  return rows;
}
