import type { Topology } from '../topology/topology.ts';
import { type Draft, finishDraft, newDraft } from './draft.ts';
import { addTwin } from './ipv6/twin-draft.ts';
import { twinOf } from './ipv6/twin-text.ts';
import { joinNodes } from './join-nodes.ts';
import { addPod } from './pod-draft.ts';
import type { Random } from './random.ts';
import { randomDevices } from './random-devices.ts';
import { randomNeighbours } from './random-neighbours.ts';
import { randomRouting } from './random-routing.ts';
import { randomRules } from './random-rules.ts';
import { randomSysctls } from './random-sysctls.ts';
import { BOUND_PORT, type Nic, OPEN_PORTS, type Site } from './site.ts';

/** Draws devices, addresses, routes, sysctls and rules for a site. */
export function randomNetwork(random: Random, site: Site): Topology {
  const drafts = new Map<string, Draft>();
  const cables: Topology['cables'][number][] = [];
  for (const node of site.nodes) {
    const draft = newDraft(node.name, { kind: 'node', node: node.name });
    drafts.set(node.name, draft);
    addNics(draft, node.nics);
    addListeners(draft);
    addBoundListener(random, draft, node.nics, ['127.0.0.1'], ['lo']);
  }
  for (const host of site.hosts) {
    const draft = newDraft(host.name, { kind: 'node', node: host.name });
    drafts.set(host.name, draft);
    addNics(draft, host.nics);
    addListeners(draft);
    addBoundListener(random, draft, host.nics, [], ['lo']);
  }
  if (site.gateway) {
    const { name, nics, far } = site.gateway;
    const draft = newDraft(name, { kind: 'node', node: name });
    const behind = newDraft(far.name, { kind: 'node', node: far.name });
    drafts.set(name, draft);
    drafts.set(far.name, behind);
    addNics(draft, nics);
    addListeners(behind);
    cables.push({
      ends: [
        { namespace: name, device: 'wan0' },
        { namespace: far.name, device: 'eth0' },
      ],
    });
    draft.ip.push('addr add 203.0.113.1/24 dev wan0', 'link set wan0 up');
    behind.ip.push(
      `addr add ${far.address}/24 dev eth0`,
      'link set eth0 up',
      'route add default via 203.0.113.1',
    );
  }
  const draftOf = (name: string): Draft => {
    const draft = drafts.get(name);
    if (!draft) throw new Error(`no namespace ${name}`);
    return draft;
  };
  for (const pod of site.pods) {
    const draft = newDraft(pod.name, { kind: 'pod', node: pod.node, netns: pod.name });
    drafts.set(pod.name, draft);
    cables.push(addPod(site, pod, draftOf(pod.node), draft));
    addListeners(draft);
    addBoundListener(random, draft, [], [pod.address], ['eth0', 'lo']);
  }
  const context = { site, random, draftOf };
  randomDevices(context);
  joinNodes(context);
  randomRouting(context);
  randomNeighbours(context);
  randomSysctls(context);
  randomRules(context);
  if (site.dual) addIpv6(context, [...drafts.values()]);
  return {
    namespaces: [...drafts.values()].map(finishDraft),
    cables,
    segments: site.segments.map((segment) => ({
      name: segment.name,
      members: members(site, segment.name, segment.mtu),
      ...(segment.mtu === null ? {} : { mtu: segment.mtu }),
      ...(segment.antiSpoof ? { filter: antiSpoofing(site, segment.name) } : {}),
    })),
  };
}

/** A relay carries IPv4 only: nodes that are joined by one reach each other's pods directly. */
function addIpv6({ site, random }: NetworkContext, drafts: readonly Draft[]): void {
  for (const [index, draft] of drafts.entries()) addTwin(random, draft, index + 1);
  if (site.overlay !== 'flannel-udp') return;
  for (const node of site.nodes) {
    for (const other of site.nodes) {
      const net = `${twinOf(`${other.podNet}.0`)}/64`;
      const line = `route add ${net} via ${twinOf(other.nics[0].address)} dev eth0`;
      if (other !== node) drafts.find(({ name }) => name === node.name)?.ip.push(line);
    }
  }
}

/** What the generators of one network share. */
export interface NetworkContext {
  readonly site: Site;
  readonly random: Random;
  draftOf(name: string): Draft;
}

function addNics(draft: Draft, nics: readonly Nic[]): void {
  for (const { device, address } of nics) {
    draft.ip.push(`addr add ${address}/24 dev ${device}`, `link set ${device} up`);
  }
}

function addListeners(draft: Draft): void {
  for (const port of OPEN_PORTS) {
    draft.listeners.push({ protocol: 'tcp', port }, { protocol: 'udp', port });
  }
}

/** A listener that only an address or a device reaches. */
function addBoundListener(
  random: Random,
  draft: Draft,
  nics: readonly Nic[],
  addresses: readonly string[],
  devices: readonly string[],
): void {
  if (!random.chance(0.5)) return;
  const own = nics.map(({ address }) => address);
  const binding = random.chance(0.5)
    ? { address: random.pick([...own, ...addresses]) }
    : { device: random.pick([...nics.map(({ device }) => device), ...devices]) };
  for (const protocol of ['tcp', 'udp'] as const) {
    draft.listeners.push({ protocol, port: BOUND_PORT, ...binding });
  }
}

function onSegment(site: Site, segment: string): readonly { name: string; nic: Nic }[] {
  return [...site.nodes, ...site.hosts, ...(site.gateway ? [site.gateway] : [])].flatMap(
    ({ name, nics }) => nics.filter((nic) => nic.segment === segment).map((nic) => ({ name, nic })),
  );
}

function members(site: Site, segment: string, mtu: number | null) {
  return onSegment(site, segment).map(({ name, nic }) => ({
    namespace: name,
    device: nic.device,
    mac: nic.mac,
    ...(mtu === null ? {} : { mtu }),
  }));
}

/** A fabric that passes only what comes with the address of the port's host, as clouds do. */
function antiSpoofing(site: Site, segment: string): string {
  const rules = onSegment(site, segment).map(
    ({ nic }, index) => `iifname "port${index}" ether type ip ip saddr != ${nic.address} drop`,
  );
  return `table bridge anti_spoof {
  chain forward {
    type filter hook forward priority 0; policy accept;
    ${rules.join('\n    ')}
  }
}
`;
}
