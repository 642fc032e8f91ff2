import { type KubernetesLists, listKubernetes } from '../../probe/collect/kubernetes.ts';
import type { CollectRequest } from '../../probe/collect/script.ts';
import { collectHere, collectThere } from '../../probe/collect/start-collect.ts';
import { COLLECT_SCHEMA, type CollectJson } from '../../report/collect/collect-json.ts';
import { putIntoFolder, type SnapshotPaths } from './folder.ts';
import { type Gathered, gather } from './gather.ts';
import { putIntoTar } from './tar.ts';

/** Where to collect and where to put it. */
export interface CollectTask {
  readonly request: CollectRequest;
  /** Hosts for ssh; none: this machine. */
  readonly hosts: readonly string[];
  readonly sudo: boolean;
  readonly place: { readonly kind: 'folder' | 'tar'; readonly path: string } | null;
}

/** Collects, and puts what came whole into its place. Throws for a place that cannot be written. */
export async function runCollect(task: CollectTask): Promise<CollectJson> {
  const { hosts, request } = task;
  const remote = hosts.length > 0;
  const [gathered, cluster] = await Promise.all([
    remote ? gatherHosts(task) : gather(collectHere(request), null).then((only) => [only]),
    remote && request.kubernetes ? listKubernetes(request.timeout ?? KUBECTL_PATIENCE) : null,
  ]);
  const failed = gathered.filter((one) => one.kind === 'failed');
  const collected = distinct(gathered, failed);
  const first = collected[0]?.node ?? 'nothing';
  const place = task.place ?? {
    kind: 'folder',
    path: `hookline-${collected.length > 1 ? 'snapshot' : first}`,
  };
  const nodes = new Map(collected.map(({ node, files }) => [node, partOf(files, true)]));
  const others = new Map([
    ...collected.toReversed().flatMap(({ files }) => [...partOf(files, false)]),
    ...[...(cluster?.lists ?? [])].map(
      ([kind, list]) => [`kubernetes/${kind}.json`, list] as const,
    ),
  ]);
  if (place.kind === 'folder') {
    const taken = nodes.size === 0 ? [] : await putIntoFolder(place.path, nodes, others);
    for (const node of taken) {
      const { host } = collected.find((one) => one.node === node) ?? { host: null };
      const why = `${place.path}/nodes/${node} is there already; give another --output or --node`;
      failed.push({ kind: 'failed', host, why });
      nodes.delete(node);
    }
  } else if (nodes.size > 0) {
    const all = [...nodes.values()].flatMap((files) => [...files]);
    await putIntoTar(place.path, new Map<string, string | Uint8Array>([...all, ...others]));
  }
  const kept = collected.filter(({ node }) => nodes.has(node));
  return {
    schema: COLLECT_SCHEMA,
    snapshot: kept.length > 0 ? place.path : null,
    nodes: kept.map(({ node, host, files }) => ({
      node,
      host,
      netns: netnsOf(files),
      files: partOf(files, true).size,
    })),
    kubernetes: kept.length > 0 ? [...others.keys()].flatMap(kindOf) : [],
    unknown: [...kept.flatMap(unknownOf), ...missingKinds(cluster)],
    failed: failed.map(({ host, why }) => ({ host, why })),
  };
}

/** Seconds. */
const KUBECTL_PATIENCE = 30;

/** Hosts that are asked at the same time. */
const AT_ONCE = 8;

async function gatherHosts({ hosts, request, sudo }: CollectTask): Promise<readonly Gathered[]> {
  const results = new Map<string, Gathered>();
  const waiting = [...new Set(hosts)];
  const batch = waiting.length > 1;
  const worker = async (): Promise<void> => {
    for (let host = waiting.shift(); host !== undefined; host = waiting.shift()) {
      const there = { ...request, kubernetes: false };
      results.set(host, await gather(collectThere(there, { host, sudo, batch }), host));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return hosts.flatMap((host) => results.get(host) ?? []);
}

type CollectedNode = Extract<Gathered, { readonly kind: 'node' }>;
type FailedHost = Extract<Gathered, { readonly kind: 'failed' }>;

/** Two hosts of one name cannot share a snapshot: the second one counts as failed. */
function distinct(gathered: readonly Gathered[], failed: FailedHost[]): readonly CollectedNode[] {
  const nodes = new Map<string, CollectedNode>();
  for (const one of gathered) {
    if (one.kind === 'failed') continue;
    const { host, node } = one;
    const other = nodes.get(node);
    if (other) failed.push({ kind: 'failed', host, why: `${other.host} is named ${node} too` });
    else nodes.set(node, one);
  }
  return [...nodes.values()];
}

/** The files of the node, or those that are of no node. */
function partOf(files: ReadonlyMap<string, Uint8Array>, ofNode: boolean): SnapshotPaths {
  return new Map([...files].filter(([path]) => path.startsWith('nodes/') === ofNode));
}

function netnsOf(files: ReadonlyMap<string, Uint8Array>): readonly string[] {
  const names = [...files.keys()].map((path) => /^nodes\/[^/]+\/netns\/([^/]+)\//.exec(path)?.[1]);
  return [...new Set(names.filter((name) => name !== undefined))].sort();
}

function kindOf(path: string): readonly string[] {
  const kind = /^kubernetes\/(\w+)\.json$/.exec(path)?.[1];
  return kind === undefined ? [] : [kind];
}

function unknownOf({ node, log }: CollectedNode): CollectJson['unknown'] {
  return log.unknown.map((fact) => ({
    node: fact.file?.startsWith('kubernetes/') ? null : node,
    ...fact,
  }));
}

function missingKinds(cluster: KubernetesLists | null): CollectJson['unknown'] {
  return [...(cluster?.missing ?? [])].map(([kind, why]) => ({
    node: null,
    netns: null,
    file: `kubernetes/${kind}.json`,
    why,
  }));
}
