import { release } from 'node:os';
import type { LabFlow } from '../../lab/flow.ts';
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

/** Drop events of other laboratories on the machine may crowd ours out: then it is tried again. */
const ATTEMPTS = 3;

/** Sends the control, then the flow, in an incident's laboratory as it stands. */
export async function sendBoth(lab: Lab, incident: Incident): Promise<SentFlows> {
  const flow = labFlow('flow', incident.flow);
  const both = await send(lab, [labFlow('control', incident.controlFlow), flow]);
  const [control] = both;
  let [, tried] = both;
  for (let attempt = 1; attempt < ATTEMPTS && tried && lostDrops(tried); attempt++) {
    [tried] = await send(lab, [flow]);
  }
  if (!control || !tried) throw new Error('the laboratory sent no report');
  return { flow: tried, control };
}

function lostDrops({ blind }: FlowReport): boolean {
  return blind.some(({ what, why }) => what === 'drops' && why === 'lost');
}

function send(lab: Lab, flows: readonly LabFlow[]): Promise<readonly FlowReport[]> {
  return lab.send({ flows, observe: OBSERVE_ALL });
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
