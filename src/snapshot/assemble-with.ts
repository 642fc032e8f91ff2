import type { NetnsState } from '../kernel/netns-state.ts';
import type { Network } from '../kernel/network.ts';
import type { KubeFacts } from '../kube/facts.ts';
import type { FlannelSubnet } from '../kube/flannel.ts';
import { proxyMode } from '../kube/proxy-mode.ts';
import { formatAddress } from '../packet/address.ts';
import type { Issue, Parsed } from '../packet/issue.ts';
import { netnsKey } from '../packet/place.ts';
import { placeHosts } from './assumed-hosts.ts';
import { placePods } from './assumed-pods.ts';
import { readKubeFacts } from './kubernetes/kube-facts.ts';
import { layOut } from './layout.ts';
import { error } from './make-issue.ts';
import { type CapturedNetns, readNetns } from './netns.ts';
import type { RulesetReaders } from './readers.ts';
import type { NodeFacts, Snapshot, SnapshotNote } from './snapshot.ts';
import { NO_DECLARATION, parseSnapshotJson } from './snapshot-json.ts';
import { stackDevices } from './stack-devices.ts';
import { connectTuns } from './tun-readers.ts';
import { findSegments, findUplinks, ownAddresses } from './underlay.ts';
import { wireVeths } from './wire-veth.ts';

/**
 * Makes a snapshot of the texts of its files, by path relative to its root: each file is read,
 * the namespaces are wired, and what was not captured and is known to exist is assumed.
 */
export function assembleWith(
  files: ReadonlyMap<string, string>,
  readers: RulesetReaders,
): Parsed<Snapshot> {
  const issues: Issue[] = [];
  const keep = <T>(parsed: Parsed<T>): T => {
    issues.push(...parsed.issues);
    return parsed.value;
  };
  const layout = keep(layOut(files));
  const read = layout.netns.map((netns) => keep(readNetns(netns, readers)));
  const kube = keep(readKubeFacts(layout.kubernetes));
  const declaration = layout.declaration
    ? keep(parseSnapshotJson(layout.declaration.text, layout.declaration.file))
    : NO_DECLARATION;
  if (read.length === 0) {
    issues.push(error('no-namespaces', { file: '', line: 1 }, 'no files of any node'));
  }

  const captured = read.map(({ state }) => state);
  const wires = keep(wireVeths(captured));
  const stacks = keep(stackDevices(captured));
  const tuns = connectTuns(captured, { kube, flannel: subnetFiles(read), wires });
  const pods = placePods(tuns.namespaces, wires, kube);
  const found = findSegments(tuns.namespaces, { wires, stacks }, declaration.underlay);
  const segments = keep(found);
  const uplinks = findUplinks(tuns.namespaces, wires);
  const hosts = placeHosts(pods.namespaces, segments, { kube, uplinks });
  const network: Network = {
    namespaces: new Map(hosts.namespaces.map((netns) => [netnsKey(netns.ref), netns])),
    wires: pods.wires,
    segments: hosts.segments,
    stacks,
    elsewhere: pods.elsewhere,
  };
  return {
    value: {
      network,
      kube,
      nodes: nodeFacts(read, kube),
      pods: pods.pods,
      notes: [
        ...found.notes,
        ...tuns.notes,
        ...uncapturedNodes(captured, kube),
        ...pods.notes,
        ...hosts.notes,
        ...policies(kube),
      ],
      counters: new Map(
        read.flatMap(({ state, counters }) =>
          counters ? [[netnsKey(state.ref), counters] as const] : [],
        ),
      ),
      evidenceFiles: layout.evidence,
      collectedBy: declaration.collectedBy,
      collectedAt: declaration.collectedAt,
    },
    issues,
  };
}

function subnetFiles(read: readonly CapturedNetns[]): ReadonlyMap<string, FlannelSubnet> {
  return new Map(
    read.flatMap(({ state, flannel }) =>
      flannel && state.ref.netns === null ? [[state.ref.node, flannel] as const] : [],
    ),
  );
}

function nodeFacts(
  read: readonly CapturedNetns[],
  kube: KubeFacts,
): ReadonlyMap<string, NodeFacts> {
  const nodes = new Map<string, NodeFacts>();
  for (const { state, uname, flannel } of read) {
    if (state.ref.netns !== null) continue;
    const name = state.ref.node;
    const { xtables, nft } = state.ruleset;
    const own = ownAddresses([state]);
    const objects = (kube.nodes ?? []).filter(
      (node) => node.name === name || node.addresses.some((a) => own.has(formatAddress(a.address))),
    );
    const aliases = new Set(objects.flatMap((node) => [node.name, ...node.hostnames]));
    if (uname?.hostname) aliases.add(uname.hostname);
    aliases.delete(name);
    nodes.set(name, {
      name,
      aliases: [...aliases],
      proxyMode: proxyMode({
        xtChains: xtables?.flatMap((table) => [...table.chains.keys()]),
        nftTables: nft?.map((table) => `${table.family} ${table.name}`),
        devices: state.devices?.map((device) => device.name),
      }),
      flannel: flannel ?? null,
    });
  }
  return nodes;
}

function uncapturedNodes(
  captured: readonly NetnsState[],
  kube: KubeFacts,
): readonly SnapshotNote[] {
  const names = new Set(captured.map((netns) => netns.ref.node));
  const own = ownAddresses(captured);
  return (kube.nodes ?? [])
    .filter(
      (node) =>
        !names.has(node.name) && !node.addresses.some((a) => own.has(formatAddress(a.address))),
    )
    .map((node) => ({
      code: 'uncaptured-node',
      where: null,
      values: {
        node: node.name,
        addresses: node.addresses.map((a) => formatAddress(a.address)).join(', '),
      },
      source: node.source,
    }));
}

function policies(kube: KubeFacts): readonly SnapshotNote[] {
  const [first] = kube.networkPolicies ?? [];
  if (!first) return [];
  return [
    {
      code: 'network-policies',
      where: null,
      values: { count: String(kube.networkPolicies?.length ?? 0) },
      source: first.source,
    },
  ];
}
