import type { FlowReport } from '../lab/report.ts';
import type { Outcome, PacketKind } from '../trace/trace.ts';
import type { Difference, Toleration, VisitField, VisitPlace } from './agreement.ts';
import { kernelPackets } from './kernel-packets.ts';
import { comparedPackets, type VisibleKind } from './packet-kind.ts';
import type { Places } from './places.ts';
import { toleratedField, toleratedPacket, toleratedVisit } from './tolerations.ts';
import { kernelVisit, modelVisit, type VisitFacts } from './visit-facts.ts';

/** What one comparison found. */
export interface Findings {
  readonly differences: readonly Difference[];
  readonly tolerated: readonly Toleration[];
  /** Visits that are alike, up to where the two part: how near they are. */
  readonly matched?: number;
}

interface NamedVisit {
  readonly packet: PacketKind;
  readonly facts: VisitFacts;
}

const FIELDS: readonly VisitField[] = [
  'iif',
  'oif',
  'saddr',
  'daddr',
  'sport',
  'dport',
  'mark',
  'ttl',
  'tos',
];

/**
 * Every hook that each packet met, in order, with devices, addresses, ports, mark, TTL and TOS. The
 * first visit at which the two part is a difference; what follows from it is not told.
 */
export function compareVisits(outcome: Outcome, report: FlowReport, places: Places): Findings {
  const differences: Difference[] = [];
  const tolerated: Toleration[] = [];
  let matched = 0;
  const kernel = kernelPackets(report.visits);
  const model = modelPackets(outcome);
  for (const [kind, visits] of model) {
    const seen = (kernel.get(kind) ?? []).flatMap((visit) => {
      const facts = kernelVisit(visit, places);
      return facts ? [facts] : [];
    });
    const found = comparePacket(outcome, visits, seen);
    differences.push(...found.differences);
    tolerated.push(...found.tolerated);
    matched += found.matched ?? 0;
  }
  for (const [kind, visits] of kernel) {
    const [first] = visits;
    const facts = first ? kernelVisit(first, places) : null;
    if (model.has(kind) || !facts) continue;
    const packet = kind === 'pure-ack' ? 'ack' : kind;
    const rule = toleratedPacket(outcome, kind);
    if (rule) tolerated.push({ rule, detail: packet });
    else differences.push({ kind: 'extra-packet', packet, at: placeOf(packet, 0, facts) });
  }
  return { differences, tolerated, matched };
}

function modelPackets(outcome: Outcome): ReadonlyMap<VisibleKind, readonly NamedVisit[]> {
  const groups = new Map<VisibleKind, NamedVisit[]>();
  for (const { kind, visible, visits } of comparedPackets(outcome)) {
    const group = groups.get(visible) ?? [];
    groups.set(visible, group);
    group.push(...visits.map((visit) => ({ packet: kind, facts: modelVisit(visit) })));
  }
  return groups;
}

function comparePacket(
  outcome: Outcome,
  model: readonly NamedVisit[],
  kernel: readonly VisitFacts[],
): Findings {
  const tolerated: Toleration[] = [];
  for (let index = 0; index < Math.max(model.length, kernel.length); index++) {
    const expected = model[index];
    const seen = kernel[index];
    const packet = expected?.packet ?? model.at(-1)?.packet ?? 'datagram';
    const one = (difference: Difference): Findings => ({
      differences: [difference],
      tolerated,
      matched: index,
    });
    if (!expected) {
      if (!seen) break;
      const rule = toleratedVisit(packet, seen);
      if (rule === null) return one({ kind: 'extra-visit', at: placeOf(packet, index, seen) });
      tolerated.push({ rule, detail: packet });
      break;
    }
    const at = placeOf(packet, index, expected.facts);
    if (!seen) return one({ kind: 'missing-visit', at });
    const there = placeOf(packet, index, seen);
    if (!samePlace(at, there)) return one({ kind: 'other-visit', model: at, kernel: there });
    const fields = compareFields(outcome, at, expected.facts, seen);
    tolerated.push(...fields.tolerated);
    if (fields.differences.length > 0) {
      return { differences: fields.differences, tolerated, matched: index };
    }
  }
  return { differences: [], tolerated, matched: model.length };
}

function compareFields(
  outcome: Outcome,
  at: VisitPlace,
  model: VisitFacts,
  kernel: VisitFacts,
): Findings {
  const differences: Difference[] = [];
  const tolerated: Toleration[] = [];
  for (const field of FIELDS) {
    const expected = model.fields[field];
    const seen = kernel.fields[field];
    if (expected === null || seen === null || expected === seen) continue;
    const rule = toleratedField(outcome, field, expected);
    if (rule) tolerated.push({ rule, detail: `${at.netns} ${at.hook} ${field}` });
    else differences.push({ kind: 'field', at, field, model: expected, kernel: seen });
  }
  return { differences, tolerated };
}

function placeOf(packet: PacketKind, index: number, facts: VisitFacts): VisitPlace {
  return { packet, index, netns: facts.netns, hook: facts.hook, edge: facts.edge };
}

function samePlace(a: VisitPlace, b: VisitPlace): boolean {
  return a.netns === b.netns && a.hook === b.hook && a.edge === b.edge;
}
