import { release } from 'node:os';
import type { Lab } from '../../lab/lab.ts';
import type { FlowReport } from '../../lab/report.ts';
import type { IncidentRun } from '../../report/incident/incident-run.ts';
import { mismatches } from './expectation.ts';
import { labFlow } from './incident-flow.ts';
import type { Incident } from './load-incident.ts';
import { OBSERVE_ALL } from './observe-all.ts';
import { observedFlow, placeNames } from './observed-flow.ts';

/** The reports of an incident's two flows. */
export interface SentFlows {
  readonly flow: FlowReport;
  readonly control: FlowReport;
}

/** Sends the control, then the flow, in an incident's laboratory as it stands. */
export async function sendBoth(lab: Lab, incident: Incident): Promise<SentFlows> {
  const [control, flow] = await lab.send({
    flows: [labFlow('control', incident.controlFlow), labFlow('flow', incident.flow)],
    observe: OBSERVE_ALL,
  });
  if (!control || !flow) throw new Error('the laboratory sent no report');
  return { flow, control };
}

/** What was seen, beside what the recipe expects. */
export function runOf(incident: Incident, { flow, control }: SentFlows): IncidentRun {
  const nameOf = placeNames(incident.composed);
  return {
    id: incident.id,
    title: incident.title,
    kernel: release(),
    flow: observedFlow(incident.flow, flow, nameOf),
    control: observedFlow(incident.controlFlow, control, nameOf),
    mismatches: mismatches(incident, flow, control, nameOf),
  };
}
