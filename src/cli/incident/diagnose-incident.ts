import { diagnose } from '../../diagnosis/diagnose.ts';
import type { Diagnosis, Symptom } from '../../diagnosis/diagnosis.ts';
import type { Evidence } from '../../evidence/evidence.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';
import { traceStated } from '../trace-stated.ts';
import type { Expected } from './incident.ts';
import { modelFlow } from './incident-flow.ts';
import type { Incident } from './load-incident.ts';

/** What a user would say of what an incident's client sees. */
function symptomOf(client: Expected['client']): Symptom | null {
  switch (client) {
    case 'connected':
      return null;
    case 'stalled':
      return 'slow';
    case 'refused':
    case 'timeout':
    case 'unreachable':
      return client;
    case 'not-permitted':
      return 'unreachable';
  }
}

/** `hookline diagnose SNAPSHOT [EVIDENCE]` with the incident's flow and symptom. */
export function diagnoseIncident(
  incident: Incident,
  snapshot: Snapshot,
  evidence: Evidence | null = null,
): Diagnosis {
  const { flow, controlFlow, expected } = incident;
  const { from, to, port, protocol, boundSource, boundDevice, arrivesOn, sport, mark } =
    modelFlow(flow);
  const result = diagnose({
    network: snapshot.network,
    kube: snapshot.kube,
    evidence,
    ask: { from, to, port, protocol, boundSource, boundDevice, arrivesOn, sport, mark },
    symptom: symptomOf(expected.client),
    controls: [modelFlow(controlFlow)],
    facts: null,
    trace: traceStated,
  });
  if (result.kind !== 'diagnosis') throw new Error(`no diagnosis: ${result.kind}`);
  return result.diagnosis;
}
