import { release } from 'node:os';
import { type Places, refOf } from '../../agreement/places.ts';
import type { Lab } from '../../lab/lab.ts';
import type { ReplayAsk } from '../../lab/replay/ask.ts';
import { buildReplay } from '../../lab/replay/build.ts';
import { kernelKinds } from '../../lab/replay/kernel-kinds.ts';
import { labFlowOf } from '../../lab/replay/lab-flow.ts';
import { planReplay, type ReplayPlan } from '../../lab/replay/plan.ts';
import type { NotRebuilt } from '../../lab/replay/rebuild.ts';
import { verifyReplay } from '../../lab/replay/verify/verify.ts';
import type { FlowReport } from '../../lab/report.ts';
import type { LabPlace } from '../../lab/topology/topology.ts';
import type { Flow } from '../../packet/flow.ts';
import type {
  AgreementView,
  KernelResult,
  PlaceView,
  ReplayView,
} from '../../report/replay/replay-view.ts';
import { traceJson } from '../../report/trace/to-json.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';
import { OBSERVE_ALL } from '../incident/observe-all.ts';
import { clientOutcome, observedFlow } from '../incident/observed-flow.ts';
import { traceStated } from '../trace-stated.ts';
import { agreementOf } from './agreement-of.ts';
import { relevanceOf } from './matters.ts';
import { placeWords } from './place-words.ts';
import { touchedBy } from './touched.ts';

/** A flow to be replayed on the snapshot it was resolved in. */
export interface ReplayRequest {
  readonly files: ReadonlyMap<string, string>;
  readonly snapshot: Snapshot;
  readonly flow: Flow;
  readonly ask: ReplayAsk;
  /** How often the flow is sent: the kernel may choose at random. */
  readonly tries: number;
}

/** What came of it: the view, and the reports with what names of namespaces mean. */
export interface Replayed {
  readonly view: ReplayView;
  readonly reports: readonly FlowReport[];
}

/** Rebuilds a snapshot, reads it back, sends the flow, and holds the model beside the kernel. */
export async function replayFlow(lab: Lab, request: ReplayRequest): Promise<Replayed> {
  const { files, ask, tries } = request;
  const plan = planReplay(files, ask, await kernelKinds(lab));
  const built = await buildReplay(lab, plan.rebuild);
  const missing = [...plan.rebuild.notRebuilt, ...built];
  missing.push(...(await verifyReplay(lab, files, plan.rebuild, missing)));
  const { client } = plan;
  const reports =
    client.kind === 'client'
      ? await lab.send({
          flows: Array.from({ length: tries }, (_, i) =>
            labFlowOf(ask, client.namespace, `try ${i + 1}`),
          ),
          observe: OBSERVE_ALL,
        })
      : [];
  return { view: viewOf(request, plan, missing, reports), reports };
}

function viewOf(
  { snapshot, flow, ask }: ReplayRequest,
  { rebuild, client }: ReplayPlan,
  missing: readonly NotRebuilt[],
  reports: readonly FlowReport[],
): ReplayView {
  const places: Places = new Map(rebuild.namespaces.map(({ name, place }) => [name, place]));
  const [first] = reports;
  const trace = traceStated(snapshot.network, flow);
  const sender = client.kind === 'client' && ask.arrivesOn !== null ? client.namespace : null;
  const touched = touchedBy(trace, reports, places);
  const notRebuilt = missing.map(({ place, ...fact }) => ({
    ...fact,
    ...placeView(place),
    relevance: relevanceOf({ ...fact, place }, ask, touched),
  }));
  const agreement = agreementOf({ snapshot, flow, reports, places, sender });
  const results = resultsOf(reports, places);
  const nameOf = placeWords(rebuild.namespaces);
  return {
    verdict: verdictOf(
      results,
      agreement,
      notRebuilt.some(({ relevance }) => relevance.matters),
    ),
    model: traceJson(trace),
    kernel: {
      release: release(),
      results,
      first: first ? observedFlow(wordsOf(ask), first, nameOf) : null,
      unsent: client.kind === 'none' ? client.because : null,
    },
    agreement,
    notRebuilt,
    standIns: rebuild.standIns.map(({ place, ...standIn }) => ({
      ...standIn,
      ...placeView(place),
    })),
    captureFiles: [],
  };
}

function placeView(place: LabPlace): PlaceView {
  return refOf(place) ?? { node: null, netns: null };
}

/** The kernel's answer counts where nothing is missing that matters and the model agrees with it. */
function verdictOf(
  results: readonly KernelResult[],
  { verdict }: AgreementView,
  lacking: boolean,
): ReplayView['verdict'] {
  if (lacking || verdict !== 'agree' || results.length === 0) return 'undetermined';
  return results.every(({ client }) => client === 'connected') ? 'reachable' : 'unreachable';
}

function resultsOf(reports: readonly FlowReport[], places: Places): readonly KernelResult[] {
  const results = new Map<string, KernelResult>();
  for (const report of reports) {
    const { answer, errno } = report.client;
    const place = answer ? places.get(answer.namespace) : undefined;
    const ref = place ? refOf(place) : null;
    const result: KernelResult = {
      times: 1,
      client: clientOutcome(report),
      errno,
      endpoint: answer
        ? {
            node: ref?.node ?? null,
            netns: ref?.netns ?? null,
            ip: answer.address,
            port: answer.port,
          }
        : null,
      sourceAtEndpoint: answer?.source ?? null,
    };
    const key = JSON.stringify(result);
    const before = results.get(key);
    results.set(key, before ? { ...before, times: before.times + 1 } : result);
  }
  return [...results.values()].sort((a, b) => b.times - a.times);
}

function wordsOf({ from, to, port, protocol, source, device }: ReplayAsk) {
  return {
    from: from.netns === null ? from.node : `${from.node}/${from.netns}`,
    to: port === 0 ? to : `${to}:${port}`,
    protocol,
    ...(source === null ? {} : { source }),
    ...(device === null ? {} : { device }),
  };
}
