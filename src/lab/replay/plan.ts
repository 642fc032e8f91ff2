import type { ReplayAsk } from './ask.ts';
import { planDevices, planSettings } from './devices.ts';
import { Draft } from './draft.ts';
import { type CapturedNetns, readCaptured } from './read/captured.ts';
import { kubeNodes, kubePods } from './read/kube.ts';
import { readLinks } from './read/links.ts';
import { textOf } from './read/records.ts';
import { dnatTargets, type Target } from './read/targets.ts';
import type { Rebuild } from './rebuild.ts';
import { type Client, placeClient } from './stand-in/client.ts';
import { standInHosts } from './stand-in/hosts.ts';
import { knownNeighbours } from './stand-in/neighbourhood.ts';
import { standInPods } from './stand-in/pods.ts';
import { planListeners } from './state/listeners.ts';
import { planState } from './state/state.ts';
import { TableNames } from './state/table-names.ts';
import { flannelRelay } from './wiring/flannel-udp.ts';
import { joinMacvlans } from './wiring/macvlan.ts';
import { pairCaptured } from './wiring/pair-captured.ts';
import { cardStandIns, finishSegments, planSegments } from './wiring/segments.ts';

/** A plan, and who in it sends the flow. */
export interface ReplayPlan {
  readonly rebuild: Rebuild;
  readonly client:
    | { readonly kind: 'client'; readonly namespace: string }
    | Extract<Client, { readonly kind: 'none' }>;
}

/**
 * Plans a laboratory that is a snapshot: the raw outputs of the nodes' commands become what tools are
 * told. `kinds` are the device kinds that this kernel makes. Nothing here is shared with the model's
 * reading of the same files.
 */
export function planReplay(
  files: ReadonlyMap<string, string>,
  ask: ReplayAsk,
  kinds: ReadonlySet<string>,
): ReplayPlan {
  const captured = readCaptured(files);
  const draft = new Draft();
  for (const netns of captured.netns) addCaptured(draft, netns);
  pairCaptured(draft);

  const nodes = kubeNodes(captured);
  const pods = kubePods(captured);
  const neighbours = new Map(
    draft.namespaces
      .filter(({ place }) => place.kind === 'node')
      .map((netns) => [netns, knownNeighbours(netns)] as const),
  );
  const targets: Target[] = captured.netns.flatMap(dnatTargets);
  standInPods(draft, { pods, nodes, neighbours, targets });
  const segments = planSegments(draft, captured.declaration);
  cardStandIns(draft, segments);
  joinMacvlans(draft, segments);
  const facts = { pods, nodes, neighbours, segments };
  standInHosts(draft, facts);
  const client = placeClient(draft, facts, ask);
  finishSegments(draft, segments);

  const hosts = draft.namespaces.filter(({ place }) => place.kind === 'node');
  const leases = { hosts, nodes, uplinks: segments.flatMap(({ uplinks }) => uplinks) };
  const tables = new TableNames();
  for (const netns of draft.namespaces.filter((candidate) => candidate.captured)) {
    for (const link of netns.links) {
      const relay = netns.built.has(link.name) ? null : flannelRelay(netns, link, leases);
      if (!relay) continue;
      netns.built.add(link.name);
      netns.tunnels.push(relay);
    }
    planDevices(draft, netns, kinds);
    planSettings(netns);
    planState(draft, netns, tables);
  }
  planListeners(draft, targets, ask);
  return {
    rebuild: draft.finish(),
    client: client.kind === 'client' ? { kind: 'client', namespace: client.netns.name } : client,
  };
}

function addCaptured(draft: Draft, captured: CapturedNetns): void {
  const { node, netns } = captured;
  const place =
    netns === null ? ({ kind: 'node', node } as const) : ({ kind: 'pod', node, netns } as const);
  const about = { place, device: null, family: null };
  const links = readLinks(captured, (refused) => {
    const { why, ...fact } = refused;
    draft.refuse({ ...about, ...fact }, why);
  });
  if (links === null) {
    const fact = { ...about, code: 'file' as const, subject: 'ip-link.json', source: null };
    draft.refuse(fact, { kind: 'unreadable', text: 'no devices were collected' });
  }
  const draftNetns = draft.add(
    place,
    netns === null ? node : `${node}.${netns}`,
    captured,
    links ?? [],
  );
  for (const link of links ?? []) {
    for (const address of link.addresses ?? []) {
      const local = textOf(address, 'local');
      if (local !== null && textOf(address, 'scope') !== 'host') draftNetns.owned.add(local);
    }
  }
}
