import type { LabFlow } from '../../../src/lab/flow.ts';
import type { Lab, ObservePlan } from '../../../src/lab/lab.ts';
import type { FlowReport } from '../../../src/lab/report.ts';
import type { LabNamespace, Topology } from '../../../src/lab/topology/topology.ts';

/** Only what the client sees. */
export const CLIENT_ONLY: ObservePlan = {
  hooks: false,
  captures: false,
  drops: false,
  conntrack: false,
  counters: false,
};

/** A node called as its namespace, with one address on `eth0`. */
export function node(
  name: string,
  address: string,
  more: Partial<LabNamespace> = {},
): LabNamespace {
  return {
    ...more,
    name,
    place: { kind: 'node', node: name },
    ip: [`addr add ${address} dev eth0`, 'link set eth0 up', ...(more.ip ?? [])],
  };
}

/** Two nodes, n1 with 10.0.0.1 and n2 with 10.0.0.2, on one cable. */
export function twoNodes(n1: Partial<LabNamespace> = {}, n2: Partial<LabNamespace> = {}): Topology {
  return {
    namespaces: [node('n1', '10.0.0.1/24', n1), node('n2', '10.0.0.2/24', n2)],
    cables: [
      {
        ends: [
          { namespace: 'n1', device: 'eth0' },
          { namespace: 'n2', device: 'eth0' },
        ],
      },
    ],
    segments: [],
  };
}

/** Sends one flow and returns its report. */
export async function sendOne(
  lab: Lab,
  flow: Omit<LabFlow, 'id' | 'port'> & { readonly port?: number },
): Promise<FlowReport> {
  const [report] = await lab.send({
    flows: [{ id: 'flow', port: 0, ...flow }],
    observe: CLIENT_ONLY,
  });
  if (!report) throw new Error('no report');
  return report;
}

/** What a command printed in a namespace; throws when it failed. */
export async function printed(lab: Lab, namespace: string | null, ...argv: string[]) {
  const [done] = await lab.run([{ namespace, argv }]);
  if (done?.status !== 0) throw new Error(`${argv.join(' ')}: ${done?.stderr}`);
  return done.stdout;
}
