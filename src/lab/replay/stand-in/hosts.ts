import type { LabPlace, Listener } from '../../topology/topology.ts';
import { type Draft, factOf, type NetnsDraft, setListeners } from '../draft.ts';
import { isIn, madeUpMac, type OwnAddress } from '../ipv4-subnet.ts';
import { entriesOf } from '../read/captured.ts';
import type { KubeNode, KubePod } from '../read/kube.ts';
import { type JsonRecord, recordsOf, textOf } from '../read/records.ts';
import { addressFamily } from '../read/safe-words.ts';
import type { StandIn } from '../rebuild.ts';
import type { SegmentDraft, Uplink } from '../wiring/segments.ts';
import type { KnownNeighbours } from './neighbourhood.ts';

export interface HostFacts {
  readonly pods: readonly KubePod[];
  readonly nodes: readonly KubeNode[];
  readonly neighbours: ReadonlyMap<NetnsDraft, KnownNeighbours>;
  readonly segments: readonly SegmentDraft[];
}

/** A host that is put on a segment. */
export interface HostStandIn {
  readonly address: string;
  readonly kind: StandIn['kind'];
  readonly place: LabPlace;
  readonly listeners: readonly Listener[] | null;
  readonly because: string;
  readonly source: StandIn['source'];
}

/** Hosts on the segments that somebody names: endpoints and neighbours, gateways, nodes not captured. */
export function standInHosts(draft: Draft, facts: HostFacts): void {
  const routers = gateways(draft);
  const nodes = farNodes(draft, facts.nodes);
  const host = (address: string, more: Omit<HostStandIn, 'address' | 'kind' | 'place'>): void => {
    if (routers.has(address) || nodes.has(address)) return;
    const place = { kind: 'node', node: address } as const;
    addHost(draft, facts, { address, kind: 'host', place, ...more });
  };
  for (const { addresses, listeners, source } of facts.pods) {
    const address = addresses.find((candidate) => addressFamily(candidate) === 4);
    if (address === undefined || listeners === null) continue;
    host(address, { listeners, because: 'an endpoint of a Service', source });
  }
  for (const [netns, { entries }] of facts.neighbours) {
    const devices = new Set(
      facts.segments
        .flatMap(({ uplinks }) => uplinks)
        .filter((uplink) => uplink.netns === netns)
        .map(({ addressed }) => addressed.name),
    );
    for (const { address, device, valid, source } of entries) {
      if (!valid || !devices.has(device)) continue;
      host(address, { listeners: null, because: `a neighbour of ${netns.name}`, source });
    }
  }
  for (const [address, source] of routers) {
    addGateway(draft, facts, address, source);
  }
  for (const [address, source] of nodes) {
    const because = 'a node that was not captured: what it does with a packet is not known';
    const place = { kind: 'outside' } as const;
    const node = {
      address,
      kind: 'uncaptured-node',
      place,
      listeners: [],
      because,
      source,
    } as const;
    const made = addHost(draft, facts, node);
    if (made) silence(made);
  }
}

/** Puts a host on the segment of its subnet. Undefined when there is none, or nothing else is on it. */
export function addHost(draft: Draft, facts: HostFacts, host: HostStandIn): NetnsDraft | undefined {
  if (draft.ownerOf(host.address)) return undefined;
  const segment = facts.segments.find(({ uplinks }) => onUplink(uplinks, host.address));
  const uplink = segment && onUplink(segment.uplinks, host.address);
  if (!segment || !uplink || segment.complete) return undefined;
  const own = uplink.subnets.find(({ subnet }) => isIn(subnet, host.address));
  const netns = joinSegment(draft, facts, segment, host, own?.length ?? 32);
  const gateway = sharedGateway(draft, uplink.subnets, host.address);
  if (gateway !== null && host.kind !== 'gateway') {
    const fact = factOf(netns, 'extra', `stand-in ${host.address}`);
    netns.network.push({ text: `route replace default via ${gateway} dev eth0`, fact });
  }
  return netns;
}

function onUplink(uplinks: readonly Uplink[], address: string): Uplink | undefined {
  return uplinks.find(({ subnets }) => subnets.some(({ subnet }) => isIn(subnet, address)));
}

/** A namespace with one device on a segment. */
export function joinSegment(
  draft: Draft,
  facts: Pick<HostFacts, 'neighbours'>,
  segment: SegmentDraft,
  host: HostStandIn,
  length: number,
): NetnsDraft {
  const known = [...facts.neighbours.values()]
    .flatMap(({ entries }) => entries)
    .find((entry) => entry.address === host.address && entry.mac !== null && entry.valid);
  const netns = draft.add(
    host.place,
    host.kind === 'host' ? host.address : `${host.kind}-${host.address}`,
  );
  segment.members.push({
    namespace: netns.name,
    device: 'eth0',
    mac: known?.mac ?? madeUpMac(host.address),
    mtu: Math.max(68, ...segment.uplinks.map(({ addressed }) => addressed.mtu ?? 1500)),
  });
  netns.built.add('eth0');
  netns.owned.add(host.address);
  setListeners(netns, host.listeners);
  const fact = factOf(netns, 'extra', `stand-in ${host.address}`);
  netns.network.push(
    { text: 'link set dev eth0 up', fact },
    { text: `address replace ${host.address}/${length} dev eth0`, fact },
  );
  const { kind, place, because, source } = host;
  draft.standIns.push({ kind, place, subject: host.address, because, source });
  return netns;
}

/**
 * A gateway that nobody captured: it is there, forwards, and knows no way to anything: it drops in
 * silence, as is assumed of one that is asked for addresses it has no route for.
 */
function addGateway(
  draft: Draft,
  facts: HostFacts,
  address: string,
  source: StandIn['source'],
): void {
  const dead = [...facts.neighbours.values()].some(({ entries }) =>
    entries.some((entry) => entry.address === address && !entry.valid),
  );
  if (dead) return;
  const because = 'the gateway of a route; it drops what is for addresses beyond it';
  const place = { kind: 'outside' } as const;
  const gateway = { address, kind: 'gateway', place, listeners: [], because, source } as const;
  const netns = addHost(draft, facts, gateway);
  if (!netns) return;
  const fact = factOf(netns, 'extra', `stand-in ${address}`);
  netns.network.push({ text: 'route replace blackhole default', fact });
  netns.sysctls.push(
    { key: 'net.ipv4.ip_forward', value: '1', fact },
    { key: 'net.ipv4.conf.all.send_redirects', value: '0', fact },
    { key: 'net.ipv4.conf.eth0.send_redirects', value: '0', fact },
  );
}

/** What arrives vanishes; the address still answers for itself on the link. */
function silence(netns: NetnsDraft): void {
  const fact = factOf(netns, 'extra', 'silence');
  const chain = { family: 'ip', table: 'silence', name: 'input' };
  const nftables = [
    { add: { table: { family: 'ip', name: 'silence' } } },
    { add: { chain: { ...chain, type: 'filter', hook: 'input', prio: 0, policy: 'drop' } } },
  ];
  netns.restores.push({ kind: 'nft-json', text: JSON.stringify({ nftables }), fact });
}

/** Gateways of IPv4 routes of captured namespaces, with the file that names them. */
function gateways(draft: Draft): ReadonlyMap<string, StandIn['source']> {
  const found = new Map<string, StandIn['source']>();
  for (const netns of draft.namespaces) {
    if (!netns.captured) continue;
    for (const { value, source } of entriesOf(netns.captured, 'ip-route', () => {}) ?? []) {
      for (const hop of [value, ...recordsOf(value, 'nexthops')]) {
        const gateway = textOf(hop, 'gateway');
        if (gateway !== null && addressFamily(gateway) === 4) found.set(gateway, source);
      }
    }
  }
  return found;
}

/** Other ends of tunnels and Node objects that no captured namespace is. */
function farNodes(
  draft: Draft,
  nodes: readonly KubeNode[],
): ReadonlyMap<string, StandIn['source']> {
  const found = new Map<string, StandIn['source']>();
  for (const { addresses, flannelAddress, source } of nodes) {
    for (const address of [...addresses, flannelAddress]) if (address) found.set(address, source);
  }
  for (const { captured, links } of draft.namespaces) {
    for (const { data, source, kind } of links) {
      const remote = kind === 'vxlan' ? remoteOf(data) : null;
      if (remote !== null) found.set(remote, source);
    }
    if (!captured) continue;
    for (const { value, source } of entriesOf(captured, 'bridge-fdb', () => {}) ?? []) {
      const address = textOf(value, 'dst');
      if (address !== null) found.set(address, source);
    }
  }
  return new Map([...found].filter(([address]) => addressFamily(address) === 4));
}

function remoteOf(data: JsonRecord): string | null {
  return textOf(data, 'remote');
}

/** The gateway that the nodes of a subnet use, when they agree: a host beside them uses it too. */
function sharedGateway(draft: Draft, subnets: readonly OwnAddress[], self: string): string | null {
  const found = new Set<string>();
  for (const { captured, place } of draft.namespaces) {
    if (!captured || place.kind !== 'node') continue;
    for (const { value } of entriesOf(captured, 'ip-route', () => {}) ?? []) {
      const gateway = textOf(value, 'gateway');
      if (textOf(value, 'dst') !== 'default' || (textOf(value, 'table') ?? 'main') !== 'main')
        continue;
      if (gateway !== null && subnets.some(({ subnet }) => isIn(subnet, gateway))) {
        found.add(gateway);
      }
    }
  }
  const [only] = found;
  return found.size === 1 && only !== undefined && only !== self ? only : null;
}
