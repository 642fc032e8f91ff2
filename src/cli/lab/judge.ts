import { agree } from '../../agreement/agree.ts';
import type { Agreement, Aspect } from '../../agreement/agreement.ts';
import { type Places, placesOf, refOf } from '../../agreement/places.ts';
import type { LabFlow } from '../../lab/flow.ts';
import type { Lab, ObservePlan } from '../../lab/lab.ts';
import type { FlowReport } from '../../lab/report.ts';
import type { Topology } from '../../lab/topology/topology.ts';
import { parseAddress } from '../../packet/address.ts';
import type { Flow } from '../../packet/flow.ts';
import { assembleSnapshot } from '../../snapshot/assemble.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';
import type { Trace } from '../../trace/trace.ts';
import { traceFlow } from '../../trace/tracer.ts';
import { sameBehaviour } from './same-behaviour.ts';

/** One flow on the kernel and in the model. */
export interface JudgedFlow {
  readonly flow: LabFlow;
  readonly report: FlowReport;
  readonly trace: Trace;
  readonly agreement: Agreement;
  /** The kernel answered differently when the flow was sent again: what it did proves nothing. */
  readonly unstable: boolean;
}

export interface Judgement {
  readonly flows: readonly JudgedFlow[];
  /** The collected snapshot, by path relative to its root. */
  readonly files: ReadonlyMap<string, string>;
  readonly snapshot: Snapshot;
}

/** Everything that `agree` compares. */
export const JUDGING_PLAN: ObservePlan = {
  hooks: true,
  captures: false,
  drops: true,
  conntrack: false,
  counters: false,
};

/**
 * Builds a topology in an empty laboratory, collects it with the users' collector, sends flows and
 * holds the model's traces against what the kernel did. The laboratory is left standing. `repeat`: send
 * what disagrees once more, to tell whether the kernel does the same again.
 */
export async function judge(
  lab: Lab,
  topology: Topology,
  flows: readonly LabFlow[],
  plan: ObservePlan = JUDGING_PLAN,
  repeat = true,
): Promise<Judgement> {
  await buildTwice(lab, topology);
  return judgeStanding(lab, topology, flows, plan, repeat);
}

/** On a busy machine `bridge` ends at times without a word: what cannot be built fails again. */
async function buildTwice(lab: Lab, topology: Topology): Promise<void> {
  try {
    await lab.build(topology);
  } catch {
    await lab.clear({});
    await lab.build(topology);
  }
}

/** The same for a topology that was built before, as it stands now. */
export async function judgeStanding(
  lab: Lab,
  topology: Topology,
  flows: readonly LabFlow[],
  plan: ObservePlan = JUDGING_PLAN,
  repeat = true,
): Promise<Judgement> {
  const files = new Map(Object.entries(await lab.collect({})));
  const snapshot = assembleSnapshot(files).value;
  const reports = await lab.send({ flows, observe: plan, forget: true });
  const places = placesOf(topology);
  const judged = flows.map((flow, index): JudgedFlow => {
    const report = reports[index];
    if (!report) throw new Error(`no report of flow ${flow.id}`);
    const compared = compareWithModel(snapshot, flow, report, places, unwatched(plan));
    return { flow, report, ...compared, unstable: false };
  });
  return { flows: repeat ? await markUnstable(lab, judged, plan) : judged, files, snapshot };
}

/** Sends each flow that disagrees again, from another port: a connection may still be there. */
async function markUnstable(
  lab: Lab,
  judged: readonly JudgedFlow[],
  plan: ObservePlan,
): Promise<readonly JudgedFlow[]> {
  const doubted = judged.filter(({ agreement }) => agreement.kind === 'disagree');
  if (doubted.length === 0) return judged;
  const again = doubted.map(({ flow }) => ({
    ...flow,
    ...(flow.sourcePort === undefined ? {} : { sourcePort: flow.sourcePort + REPEAT_OFFSET }),
  }));
  const reports: FlowReport[] = [];
  for (const flow of again) {
    await new Promise((resolve) => setTimeout(resolve, ERROR_COST));
    reports.push(...(await lab.send({ flows: [flow], observe: plan, forget: true })));
  }
  const unstable = new Set(
    doubted.filter((one, i) => !sameBehaviour(one.report, reports[i])).map(({ flow }) => flow.id),
  );
  return judged.map((one) => (unstable.has(one.flow.id) ? { ...one, unstable: true } : one));
}

/**
 * Milliseconds after which a router that has spent its ICMP errors on earlier flows has one more. Nothing
 * shows when that is. Linux: ip_rt_error_cost.
 */
const ERROR_COST = 1_100;

/** Keeps a repeated flow's port apart from all others. */
const REPEAT_OFFSET = 5_000;

/** Traces a flow in the model, with the port the kernel gave its socket, and compares. */
export function compareWithModel(
  snapshot: Snapshot,
  flow: LabFlow,
  report: FlowReport,
  places: Places,
  unwatchedAspects: readonly Aspect[] = [],
): { readonly trace: Trace; readonly agreement: Agreement } {
  const trace = traceFlow(snapshot.network, modelFlow(flow, report, places), {
    everyBranch: true,
  });
  return { trace, agreement: agree(trace, [report], places, unwatchedAspects) };
}

function unwatched({ hooks, drops }: ObservePlan): readonly Aspect[] {
  return [...(hooks ? [] : (['hooks'] as const)), ...(drops ? [] : (['drops'] as const))];
}

/** A laboratory's flow as the model is asked about it. Throws for a client outside the snapshot. */
function modelFlow(flow: LabFlow, report: FlowReport, places: Places): Flow {
  const place = places.get(flow.from);
  const from = place ? refOf(place) : null;
  const to = parseAddress(flow.to);
  const boundSource = flow.source === undefined ? null : parseAddress(flow.source);
  if (!from || !to) throw new Error(`flow ${flow.id}: no place for ${flow.from} to ${flow.to}`);
  return {
    from,
    arrivesOn: null,
    to,
    port: flow.port,
    protocol: flow.protocol,
    boundSource,
    boundDevice: flow.device ?? null,
    sport: flow.sourcePort ?? (report.client.local?.port || null),
    mark: flow.mark ?? 0,
    // All programs of a laboratory are root's.
    uid: 0,
  };
}
