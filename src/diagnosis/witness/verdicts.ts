import type { Observation } from '../../evidence/observation.ts';
import type { PacketTrace } from '../../trace/trace.ts';
import type { EvidenceRef } from '../diagnosis.ts';
import type { Ending } from '../ending.ts';
import type { Fit } from '../fit.ts';
import { mayBeAt, packetsOf } from './flow-packets.ts';

/**
 * Holds an ending against what rules were seen to decide in traces. A drop that was seen has to be
 * the predicted end of that packet, in that table; where the policy or a rule accepted, no drop of
 * that table can be the end.
 */
export function compareWithVerdicts(ending: Ending, verdicts: readonly Observation[]): Fit {
  const supports: EvidenceRef[] = [];
  const contradictions: EvidenceRef[] = [];
  for (const { vantage, packet: seen, source } of verdicts) {
    const packets = packetsOf(ending.outcome, seen);
    if (packets.length === 0 || vantage.table === null) continue;
    const steps = packets.flatMap((packet) => tableSteps(packet, vantage));
    const refuses = steps.some(({ verdict }) => verdict === 'drop' || verdict === 'reject');
    if (vantage.verdict === 'drop') {
      const shows = refuses ? 'rule-drops' : 'rule-drops-unpredicted';
      (refuses ? supports : contradictions).push({ source, shows });
    } else if (vantage.verdict === 'accept' && refuses) {
      contradictions.push({ source, shows: 'rule-accepts' });
    }
  }
  return { supports, contradictions, doubts: [] };
}

/** The predicted decisions of the table; a native chain's hook is not printed. */
function tableSteps(packet: PacketTrace, vantage: Observation['vantage']) {
  return packet.steps.flatMap(({ where, action }) =>
    action.kind === 'table' &&
    action.table === vantage.table &&
    (vantage.hook === null || action.hook === vantage.hook) &&
    mayBeAt(where, vantage, true)
      ? [action]
      : [],
  );
}
