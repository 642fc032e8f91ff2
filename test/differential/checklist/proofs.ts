import type { FlowReport, RuleHit, Visit } from '../../../src/lab/report.ts';
import { formatAddress } from '../../../src/packet/address.ts';
import type { Proof, VisitLike } from './checklist-case.ts';

/** Proofs that a report does not bear out, in words; empty when all hold. */
export function missingProofs(proofs: readonly Proof[], report: FlowReport): readonly string[] {
  return proofs.filter((proof) => !holds(proof, report)).map((proof) => JSON.stringify(proof));
}

function holds(proof: Proof, report: FlowReport): boolean {
  const { client } = report;
  switch (proof.kind) {
    case 'client':
      return (
        client.outcome === proof.outcome &&
        (proof.errno === undefined || client.errno === proof.errno)
      );
    case 'answer':
      return (
        client.answer !== null &&
        (proof.from === undefined || client.answer.namespace === proof.from) &&
        (proof.source === undefined || client.answer.source === proof.source)
      );
    case 'visit':
      return visitsAt(report, proof.at).some((visit) => isLike(visit, proof.like));
    case 'no-visit':
      return !visitsAt(report, proof.at).some((visit) => isLike(visit, proof.like));
    case 'drop':
      return report.drops.some(({ reason }) => reason === proof.reason);
    case 'rule':
      return proof.packets === 'some'
        ? hitsOf(report, proof) > 0
        : hitsOf(report, proof) === proof.packets;
    case 'mss':
      return report.sightings.some(
        ({ namespace, device, direction, packet }) =>
          namespace === proof.at &&
          device === proof.device &&
          direction === 'out' &&
          packet?.tcp?.flags.syn === true &&
          packet.tcp.mss === proof.mss,
      );
  }
}

function visitsAt({ visits }: FlowReport, at: string): readonly Visit[] {
  return visits.filter(({ namespace }) => namespace === at);
}

function isLike(visit: Visit, like: VisitLike): boolean {
  const { packet } = visit;
  const seen: Required<VisitLike> = {
    hook: visit.hook,
    edge: visit.edge,
    iif: visit.iif,
    oif: visit.oif,
    mark: visit.mark,
    ctState: visit.ctState,
    source: formatAddress(packet.source),
    destination: formatAddress(packet.destination),
    ttl: packet.ttl ?? -1,
    protocol: packet.protocol,
  };
  return Object.entries(like).every(([key, value]) => seen[key as keyof VisitLike] === value);
}

/** How often a rule fitted. */
function hitsOf(report: FlowReport, rule: Extract<Proof, { kind: 'rule' }>): number {
  const hits = report.rules.filter(
    ({ namespace, chain, at }: RuleHit) =>
      namespace === rule.at &&
      chain === rule.chain &&
      at.kind === 'rule' &&
      at.position === rule.position,
  );
  return hits.length;
}
