import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { formatPrefix, network, type Prefix, parsePrefix } from '../../packet/prefix.ts';
import type { CollectPlace } from '../lab.ts';
import type { Topology } from '../topology/topology.ts';
import type { Run } from './batch.ts';
import { failureText } from './failures.ts';
import { leasesOf } from './leases.ts';
import { underlayOf } from './underlay.ts';

const COLLECTOR = fileURLToPath(new URL('../../../bin/hookline-collect', import.meta.url));

/**
 * Runs the users' collector on nodes of a laboratory and returns its files, with the topology's wires in
 * `snapshot.json`. One node after the other: they share `/run`, where flannel's file is.
 */
export async function collect(
  run: Run,
  topology: Topology,
  places: readonly CollectPlace[],
): Promise<Readonly<Record<string, string>>> {
  const folder = mkdtempSync('/run/snapshot-');
  try {
    for (const place of places) await collectNode(run, topology, place, folder);
    const files = Object.fromEntries(filesUnder(folder));
    const told: unknown = JSON.parse(files['snapshot.json'] ?? '{}');
    const snapshot = { ...(told as object), underlay: underlayOf(topology) };
    return { ...files, 'snapshot.json': `${JSON.stringify(snapshot, null, 2)}\n` };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What a topology's places say is a node or a pod of one. */
export function placesToCollect({ namespaces }: Topology): CollectPlace[] {
  return namespaces.flatMap(({ name, place }) => {
    if (place.kind !== 'node') return [];
    const pods = namespaces.flatMap((other) =>
      other.place.kind === 'pod' && other.place.node === place.node
        ? [{ namespace: other.name, netns: other.place.netns }]
        : [],
    );
    return [{ namespace: name, node: place.node, pods }];
  });
}

async function collectNode(
  run: Run,
  topology: Topology,
  { namespace, node, pods }: CollectPlace,
  folder: string,
): Promise<void> {
  const options =
    pods.length === 0
      ? ['--no-netns']
      : pods.flatMap((pod) => ['--netns', `${pod.namespace}=${pod.netns}`]);
  const env = subnetEnv(topology, namespace);
  if (env !== null) {
    mkdirSync('/run/flannel', { recursive: true });
    writeFileSync('/run/flannel/subnet.env', env);
  }
  try {
    const done = await run(namespace, [COLLECTOR, '--node', node, '--output', folder, ...options]);
    if (done.status !== 0) throw new Error(failureText(done));
  } finally {
    rmSync('/run/flannel', { recursive: true, force: true });
  }
}

/** What flanneld writes on a node with a TUN relay; null on others. */
function subnetEnv(topology: Topology, namespace: string): string | null {
  const relay = topology.namespaces.find(({ name }) => name === namespace)?.tunnels?.[0];
  if (!relay) return null;
  const own = leasesOf(relay, topology).find(({ address }) => address === relay.local);
  const overlay = parsePrefix(relay.address);
  const subnet = own === undefined ? null : parsePrefix(own.subnet);
  if (!overlay || !subnet) return null;
  return [
    `FLANNEL_NETWORK=${formatPrefix(network(overlay))}`,
    `FLANNEL_SUBNET=${firstHost(subnet)}`,
    `FLANNEL_MTU=${relay.mtu}`,
    'FLANNEL_IPMASQ=false\n',
  ].join('\n');
}

/** `192.168.82.0/24` to `192.168.82.1/24`: flannel names the bridge's address. */
function firstHost(prefix: Prefix): string {
  const { address, length } = network(prefix);
  if (address.family !== 4) return formatPrefix(prefix);
  return formatPrefix({ address: { family: 4, bits: address.bits + 1 }, length });
}

function filesUnder(folder: string): [string, string][] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [path.slice(folder.length + 1), readFileSync(path, 'utf8')];
    });
}
