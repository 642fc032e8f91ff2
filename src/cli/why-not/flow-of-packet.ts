import type { Conversation, Evidence } from '../../evidence/evidence.ts';
import { type Observation, subject } from '../../evidence/observation.ts';
import type { Network } from '../../kernel/network.ts';
import { type Address, formatAddress, sameAddress } from '../../packet/address.ts';
import type { Flow } from '../../packet/flow.ts';
import { type NetnsRef, netnsKey } from '../../packet/place.ts';
import { PROTOCOL, protocolName } from '../../packet/protocol.ts';
import { resolveSource } from '../../snapshot/resolve.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';
import { inputFailure, usageFailure } from '../failure.ts';
import { type FlowText, readFlowText } from '../flow-text.ts';
import { resolveFlow } from '../resolve-flow.ts';
import { traceStated } from '../trace-stated.ts';

/** A packet that was seen, as the flow it belongs to. */
export interface SeenFlow {
  readonly flow: Flow;
  readonly direction: 'original' | 'reply';
  /** It begins its connection: an entry of that in the snapshot is younger than the packet. */
  readonly begins: boolean;
}

/** The network before a connection began whose entry was collected with the snapshot. */
export function beforeConnection(network: Network, { flow, begins }: SeenFlow): Network {
  if (!begins) return network;
  const namespaces = [...network.namespaces].map(([key, netns]) => {
    const conntrack = netns.conntrack?.filter(
      ({ original }) =>
        original.sport !== flow.sport ||
        original.protocol !== PROTOCOL[flow.protocol] ||
        !(original.dport === flow.port && sameAddress(original.destination, flow.to)),
    );
    return [key, { ...netns, conntrack }] as const;
  });
  return { ...network, namespaces: new Map(namespaces) };
}

/** Splits `FILE:LINE`, or `FILE:FRAME` of a capture. */
export function packetPlace(text: string): { readonly file: string; readonly line: number } {
  const parts = /^(.+):(\d{1,9})$/.exec(text);
  if (!parts) throw usageFailure(`--packet ${text}: FILE:LINE, or FILE:FRAME of a capture`);
  return { file: parts[1] ?? '', line: Number(parts[2]) };
}

/**
 * The flow of the packet on a line. The line may show it translated, so its conversation says what
 * the client addressed; where the client runs, the snapshot does.
 */
export function flowOfPacket(
  snapshot: Snapshot,
  evidence: Evidence,
  place: { readonly file: string; readonly line: number },
  given: FlowText,
): SeenFlow {
  const where = `${place.file}:${place.line}`;
  const seen = evidence.observations.find(({ source }) => source.line === place.line);
  if (!seen) throw inputFailure(where, 'no packet that can be read there');
  const conversation = evidence.conversations.find((one) => holds(one, seen));
  if (!conversation) throw inputFailure(where, 'a packet of no conversation of the evidence');
  const journey = conversation.journeys.find(({ sightings }) => isIn(sightings, seen));
  const { client, replies, protocol } = conversation;
  const name = protocolOf(protocol, where);
  const from = clientPlace(snapshot, client.address, seen, given);
  const { to, port } = destinationOf(snapshot, conversation, name, from, given);
  const flow: Flow = {
    from,
    arrivesOn: given.in ?? null,
    to,
    port,
    protocol: name,
    boundSource: given.in === undefined ? null : client.address,
    boundDevice: given.iface ?? null,
    sport: name === 'icmp' ? null : client.port,
    mark: 0,
  };
  const { tcp } = subject(seen.packet);
  return {
    begins: tcp === null || (tcp.flags.syn === true && !tcp.flags.ack),
    flow: withSource(snapshot, flow, client.address),
    direction: journey && replies.includes(journey.id) ? 'reply' : 'original',
  };
}

/** What the client addressed: stated, or seen; a capture after the translation shows it no more. */
function destinationOf(
  snapshot: Snapshot,
  { service }: Conversation,
  proto: Flow['protocol'],
  from: NetnsRef,
  { to }: FlowText,
): Pick<Flow, 'to' | 'port'> {
  if (to !== undefined) {
    return resolveFlow(snapshot, readFlowText({ from: netnsKey(from), to, proto }));
  }
  return { to: service.address, port: proto === 'icmp' ? 0 : (service.port ?? 0) };
}

function holds({ journeys }: Conversation, seen: Observation): boolean {
  return journeys.some(({ sightings }) => isIn(sightings, seen));
}

function isIn(sightings: readonly Observation[], seen: Observation): boolean {
  return sightings.some(({ id }) => id === seen.id);
}

function protocolOf(protocol: number, where: string): Flow['protocol'] {
  const name = protocolName(protocol);
  if (name === 'tcp' || name === 'udp' || name === 'icmp' || name === 'sctp') return name;
  throw inputFailure(where, `protocol ${name}: a flow is of tcp, udp, icmp or sctp`);
}

function clientPlace(
  snapshot: Snapshot,
  client: Address,
  seen: Observation,
  given: FlowText,
): NetnsRef {
  if (given.from !== undefined) {
    const found = resolveSource(snapshot, given.from);
    if (found.kind !== 'found') throw usageFailure(`--from ${given.from}: not in the snapshot`);
    return found.value;
  }
  const holder = [...snapshot.network.namespaces.values()].find(({ devices }) =>
    devices?.some(({ addresses }) => addresses.some((own) => sameAddress(own.address, client))),
  );
  if (given.in === undefined && holder) return holder.ref;
  const node = seen.vantage.node;
  if (given.in !== undefined && node !== null && snapshot.nodes.has(node)) {
    return { node, netns: null };
  }
  throw usageFailure(
    `--packet: no namespace of the snapshot has the client's address ${formatAddress(client)}; say where it is with --from, or --from and --in`,
  );
}

/** Bound to the source only when the kernel would choose another one. */
function withSource(snapshot: Snapshot, flow: Flow, client: Address): Flow {
  if (flow.boundSource !== null || flow.boundDevice !== null) return flow;
  const [outcome] = traceStated(snapshot.network, flow, { maxBranches: 1 }).outcomes;
  const chosen = outcome?.packets[0]?.steps.find(({ skb }) => BigInt(skb.packet.source.bits) !== 0n)
    ?.skb.packet.source;
  return chosen && sameAddress(chosen, client) ? flow : { ...flow, boundSource: client };
}
