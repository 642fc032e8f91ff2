import { parseIpv4 } from '../../../packet/address.ts';
import type { ReplayAsk } from '../ask.ts';
import { type Draft, factOf, type NetnsDraft } from '../draft.ts';
import { isIn, ownAddressTowards } from '../ipv4-subnet.ts';
import { attachPod } from './attach.ts';
import { type HostFacts, joinSegment } from './hosts.ts';
import { knownNeighbours } from './neighbourhood.ts';

/** Who sends the flow, or why nobody can. */
export type Client =
  | { readonly kind: 'client'; readonly netns: NetnsDraft }
  | { readonly kind: 'none'; readonly because: string };

/**
 * The namespace that the flow is sent from. A packet that arrives from outside needs somebody who
 * sends it: the owner of its source where there is one, else a pod behind the bridge, else a host
 * on the segment, whose frames are addressed to the device that the flow arrives on.
 */
export function placeClient(draft: Draft, facts: HostFacts, ask: ReplayAsk): Client {
  const node = draft.namespaces.find(({ place }) =>
    place.kind === 'node'
      ? ask.from.netns === null && place.node === ask.from.node
      : place.kind === 'pod' && place.node === ask.from.node && place.netns === ask.from.netns,
  );
  if (!node) return { kind: 'none', because: 'no such namespace in the rebuilt snapshot' };
  const { arrivesOn, source } = ask;
  if (arrivesOn === null) return { kind: 'client', netns: node };
  const device = node.links.find(({ name }) => name === arrivesOn);
  if (source === null || !parseIpv4(source) || !device) {
    return { kind: 'none', because: `nobody can send from ${source} to ${arrivesOn}` };
  }
  const owner = draft.ownerOf(source);
  if (owner?.captured) return { kind: 'client', netns: owner };
  if (device.kind === 'bridge' && ownAddressTowards(device, source)) {
    if (owner) return { kind: 'client', netns: owner };
    const pod = attachPod(draft, node, knownNeighbours(node), {
      netns: source,
      addresses: [source],
      listeners: null,
      kind: 'client',
      because: 'the flow comes from it',
      source: null,
    });
    if (pod) return { kind: 'client', netns: pod };
  }
  const segment = facts.segments.find(({ uplinks }) =>
    uplinks.some(
      ({ netns, link, addressed }) =>
        netns === node && (link.name === arrivesOn || addressed.name === arrivesOn),
    ),
  );
  if (!segment) return { kind: 'none', because: `${arrivesOn} leads to nobody who could send` };
  const uplink = segment.uplinks.find(({ netns }) => netns === node);
  const onLink = uplink?.subnets.find(({ subnet }) => isIn(subnet, source));
  const client =
    owner ??
    joinSegment(
      draft,
      facts,
      segment,
      {
        address: source,
        kind: 'client',
        place: { kind: 'outside' },
        listeners: [],
        because: 'the flow comes from it',
        source: null,
      },
      onLink?.length ?? 32,
    );
  sendThere(client, ask.to, uplink?.addressed.mac ?? uplink?.link.mac ?? null);
  if (!onLink && isGlobal(source)) reachFromGateways(draft, source);
  return { kind: 'client', netns: client };
}

/** The client's frames go to the device that the flow arrives on, wherever its routes point. */
function sendThere(client: NetnsDraft, to: string, mac: string | null): void {
  const fact = factOf(client, 'extra', `way to ${to}`);
  client.network.push({ text: `route replace ${to}/32 dev eth0`, fact });
  if (mac !== null) {
    const text = `neighbour replace ${to} lladdr ${mac} dev eth0 nud permanent`;
    client.network.push({ text, fact });
  }
}

/** Answers to a client beyond the gateway: a gateway forwards what is globally reachable. */
function reachFromGateways(draft: Draft, source: string): void {
  for (const gateway of draft.standIns) {
    if (gateway.kind !== 'gateway') continue;
    const netns = draft.ownerOf(gateway.subject);
    if (!netns) continue;
    const fact = factOf(netns, 'extra', `way to ${source}`);
    netns.network.push({ text: `route replace ${source}/32 dev eth0`, fact });
  }
}

/** Addresses that are not globally reachable: RFC 6890 and the IANA registry that follows it. */
const NOT_GLOBAL = [
  '10.0.0.0/8',
  '100.64.0.0/10',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.2.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '240.0.0.0/4',
];

function isGlobal(address: string): boolean {
  return !NOT_GLOBAL.some((prefix) => isIn(prefix, address));
}
