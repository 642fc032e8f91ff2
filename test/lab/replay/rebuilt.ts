import type { Lab, ObservePlan } from '../../../src/lab/lab.ts';
import type { ReplayAsk } from '../../../src/lab/replay/ask.ts';
import { buildReplay } from '../../../src/lab/replay/build.ts';
import { kernelKinds } from '../../../src/lab/replay/kernel-kinds.ts';
import { labFlowOf } from '../../../src/lab/replay/lab-flow.ts';
import { planReplay } from '../../../src/lab/replay/plan.ts';
import type { NotRebuilt, Rebuild } from '../../../src/lab/replay/rebuild.ts';
import type { FlowReport } from '../../../src/lab/report.ts';
import type { LabPlace } from '../../../src/lab/topology/topology.ts';

export const TOOLS = [
  'ip',
  'bridge',
  'nft',
  'iptables-nft',
  'iptables-legacy',
  'conntrack',
  'ipset',
];

/** What the client says is all that these tests compare. */
export const CLIENT_ONLY: ObservePlan = {
  hooks: false,
  captures: false,
  drops: false,
  conntrack: false,
  counters: false,
};

export const ASK: ReplayAsk = {
  from: { node: 'n1', netns: null },
  to: '10.96.10.2',
  port: 80,
  protocol: 'tcp',
  source: null,
  device: null,
  arrivesOn: null,
  sourcePort: null,
  mark: 0,
};

/** A snapshot that stands in a laboratory. */
export interface Rebuilt {
  readonly lab: Lab;
  readonly rebuild: Rebuild;
  /** What the build itself could not make. */
  readonly missing: readonly NotRebuilt[];
  send(ask: ReplayAsk, observe?: ObservePlan): Promise<FlowReport>;
  place(namespace: string): LabPlace;
}

/** Builds a snapshot for a client; what is sent later has to come from the same one. */
export async function rebuilt(
  lab: Lab,
  files: ReadonlyMap<string, string>,
  ask: ReplayAsk,
): Promise<Rebuilt> {
  const { rebuild, client } = planReplay(files, ask, await kernelKinds(lab));
  const missing = await buildReplay(lab, rebuild);
  if (client.kind === 'none') throw new Error(client.because);
  return {
    lab,
    rebuild,
    missing,
    async send(flow, observe = CLIENT_ONLY) {
      const flows = [labFlowOf(flow, client.namespace, 'flow')];
      const [report] = await lab.send({ flows, observe });
      if (!report) throw new Error('no report');
      return report;
    },
    place(namespace) {
      const found = rebuild.namespaces.find(({ name }) => name === namespace);
      if (!found) throw new Error(`no namespace ${namespace}`);
      return found.place;
    },
  };
}

/** `10.244.2.12 saw 10.244.1.0`; a node's own server is called by the node; else the client's result. */
export function resultText(built: Rebuilt, { client }: FlowReport): string {
  const { answer, outcome } = client;
  if (!answer) return outcome;
  const place = built.place(answer.namespace);
  return `${place.kind === 'node' ? place.node : answer.address} saw ${answer.source}`;
}
