import {
  type LogBackend,
  type LogPlan,
  type LogSite,
  planLogRules,
} from '../../evidence/logrules/plan.ts';
import type { LogEnd } from '../../evidence/logrules/selector.ts';
import { parseAddress } from '../../packet/address.ts';
import { netnsKey } from '../../packet/place.ts';
import { askOfEvidence } from '../asked-flow.ts';
import { usageFailure } from '../failure.ts';
import { addressPort, type FlowRequest } from '../flow-text.ts';
import type { Io } from '../io.ts';
import { resolveFlow } from '../resolve-flow.ts';
import { statedEnds, tracedEnds } from './ends-of-flow.ts';
import { logSites } from './log-sites.ts';

/** What the options of `logrules` ask for beside the flow. */
export interface LogRulesRequest {
  readonly snapshot: string | null;
  readonly backend: LogBackend | null;
  readonly endpoints: readonly string[];
  readonly pods: boolean;
  readonly node: string | null;
}

/** More rules than this help nobody. */
const MOST_ENDPOINTS = 8;

/** Makes the plan; with a snapshot the model tells the translations and the nodes on the way. */
export async function logRulesOf(
  flow: FlowRequest,
  wanted: LogRulesRequest,
  io: Io,
): Promise<LogPlan> {
  const stated = wanted.endpoints.map(endpointOf);
  const plan =
    wanted.snapshot === null
      ? planWithoutSnapshot(flow, stated, wanted)
      : await planFromSnapshot(wanted.snapshot, flow, stated, wanted, io);
  if (wanted.node === null) return plan;
  const sections = plan.sections.filter(({ site }) => site.where?.node === wanted.node);
  if (sections.length === 0) {
    const known = plan.sections.map(({ site }) => site.where && netnsKey(site.where)).join(', ');
    throw usageFailure(`--node ${wanted.node}: not on the way of this flow; on it: ${known}`);
  }
  return { ...plan, sections };
}

async function planFromSnapshot(
  folder: string,
  request: FlowRequest,
  stated: readonly LogEnd[],
  wanted: LogRulesRequest,
  io: Io,
): Promise<LogPlan> {
  const { loadSnapshot } = await import('../load-snapshot.ts');
  const snapshot = await loadSnapshot(folder, io);
  const flow = resolveFlow(snapshot, request);
  const { ends, places } = tracedEnds(snapshot.network, flow);
  const endpoints = stated.length > 0 ? stated : ends.endpoints.slice(0, MOST_ENDPOINTS);
  if (endpoints.length < ends.endpoints.length && stated.length === 0) {
    io.err(
      `hookline: ${ends.endpoints.length} endpoints: rules for the first ${MOST_ENDPOINTS} of them; name others with --endpoint IP:PORT\n`,
    );
  }
  const sites = logSites(snapshot.network, places, {
    backend: wanted.backend,
    pods: wanted.pods,
    client: flow.from,
    family: flow.to.family,
  });
  return planLogRules({ ...ends, endpoints }, sites);
}

function planWithoutSnapshot(
  request: FlowRequest,
  stated: readonly LogEnd[],
  wanted: LogRulesRequest,
): LogPlan {
  if (wanted.pods || wanted.node !== null) {
    throw usageFailure(
      `--${wanted.pods ? 'pods' : 'node'} needs --snapshot: it says what there is`,
    );
  }
  const ends = statedEnds(askOfEvidence(request), stated);
  if (!ends) throw usageFailure('--to is needed: IP[:PORT], or a name with --snapshot');
  const site = {
    where: null,
    backend: wanted.backend ?? 'iptables',
    chains: null,
    logsOf: 'host',
  } as const satisfies Omit<LogSite, 'role'>;
  return planLogRules(ends, [
    { ...site, role: 'client' },
    { ...site, role: 'other' },
  ]);
}

function endpointOf(text: string): LogEnd {
  const parts = addressPort(text);
  const address = parts && parseAddress(parts.host);
  const port = parts?.port === undefined ? null : Number(parts.port);
  if (!address || (port !== null && !(port >= 1 && port <= 65535))) {
    throw usageFailure(`--endpoint ${text}: not IP or IP:PORT`);
  }
  return { address, port };
}
