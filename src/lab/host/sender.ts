import type { ClientReport, Injection, LabFlow } from '../flow.ts';
import type { ObservePlan, SendRequest } from '../lab.ts';
import type { HostContext, Observer } from '../observe/observer.ts';
import { startObserver } from '../observe/start-observer.ts';
import type { FlowReport } from '../report.ts';
import { Client } from '../socket/client.ts';
import { injectFrame } from '../socket/inject.ts';
import type { Listeners } from '../socket/listeners.ts';
import type { Neighbours } from '../socket/neighbours.ts';
import type { Poller } from '../socket/poller.ts';
import type { ErrorBudget } from './error-budget.ts';
import { Memory } from './memory.ts';
import { settled } from './settle.ts';

/** Milliseconds; see `ObservePlan`. */
const QUIET = 20;
/** Where nothing is watched, only the client's silence tells; wires and kernels get more time. */
const BLIND_QUIET = 50;
const PATIENCE = 4000;

/** What sending needs of the host. */
export interface SendingHost {
  readonly context: HostContext;
  readonly poller: Poller;
  readonly listeners: Listeners;
  readonly neighbours: Neighbours;
  readonly errors: ErrorBudget;
}

/** Sends flows and injections one after the other, each observed until nothing moves. */
export async function sendAll(host: SendingHost, request: SendRequest): Promise<FlowReport[]> {
  const { flows, injections = [], observe } = request;
  const blind = watchesNothing(observe);
  const observer = blind ? NO_OBSERVER : await startObserver(host.context, observe);
  const quiet = observe.quiet ?? (blind ? BLIND_QUIET : QUIET);
  const patience = observe.patience ?? PATIENCE;
  const rest: Rest = (done) => settled(motionOf(host, observer, done), quiet, patience);
  const reports: FlowReport[] = [];
  const memory = request.forget ? new Memory(host.context) : null;
  try {
    for (const flow of flows) {
      memory?.forget();
      reports.push(await withinBudget(host, () => sendFlow(host, observer, flow, rest)));
    }
    for (const one of injections) {
      reports.push(await withinBudget(host, () => inject(host, observer, one, rest)));
    }
  } finally {
    memory?.close();
    await observer.close();
  }
  return reports;
}

/** One flow does not spend the answers that another is due. */
async function withinBudget(
  { errors }: SendingHost,
  send: () => Promise<Sent>,
): Promise<FlowReport> {
  const wait = errors.wait(performance.now() / 1000);
  if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait * 1000));
  const { report, asked } = await send();
  errors.count(report, asked, performance.now() / 1000);
  return report;
}

function watchesNothing({ hooks, captures, drops, conntrack, counters }: ObservePlan): boolean {
  return ![hooks, captures, drops, conntrack, counters].includes(true);
}

const NO_OBSERVER: Observer = {
  begin() {},
  activity: () => 0,
  end: async () => ({
    visits: [],
    sightings: [],
    drops: [],
    rules: [],
    conntrack: {},
    counters: {},
    blind: [],
  }),
  async close() {},
};

interface Sent {
  readonly report: FlowReport;
  /** Whether a neighbour was asked for on the way. */
  readonly asked: boolean;
}

/** Resolves to whether a neighbour was asked for on the way. */
type Rest = (done: () => boolean) => Promise<boolean>;

async function sendFlow(
  { context, poller, listeners }: SendingHost,
  observer: Observer,
  flow: LabFlow,
  rest: Rest,
): Promise<Sent> {
  listeners.beginFlow(flow.protocol === 'tcp' && (flow.payload ?? 0) > 0);
  observer.begin();
  const client = context.inside(flow.from, () => new Client(poller, flow));
  try {
    const asked = await rest(() => client.done);
    const report = { ...(await observer.end()), id: flow.id, client: client.report() };
    return { report, asked };
  } finally {
    client.close();
    listeners.endFlow();
  }
}

/** Nobody waits for an answer to an injected frame. */
const NO_CLIENT: ClientReport = { outcome: 'timeout', errno: null, local: null, answer: null };

async function inject(
  { context, listeners }: SendingHost,
  observer: Observer,
  injection: Injection,
  rest: Rest,
): Promise<Sent> {
  listeners.beginFlow(false);
  observer.begin();
  try {
    context.inside(injection.namespace, () => injectFrame(injection));
    const asked = await rest(() => false);
    const report = { ...(await observer.end()), id: injection.id, client: NO_CLIENT };
    return { report, asked };
  } finally {
    listeners.endFlow();
  }
}

function motionOf(
  { context, poller, neighbours }: SendingHost,
  observer: Observer,
  done: () => boolean,
) {
  return {
    done,
    activity: () => {
      poller.handleNow();
      return poller.activity + observer.activity();
    },
    pending: () => neighbours.resolving(context.names()),
  };
}
