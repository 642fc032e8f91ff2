import { handshakeAck } from '../kernel/answer.ts';
import type { Connection } from '../kernel/conntrack/connection.ts';
import { entrySurvives } from '../kernel/conntrack/survival.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Errno } from '../linux/errno.ts';
import { sameAddress } from '../packet/address.ts';
import type { Flow } from '../packet/flow.ts';
import { type Packet, ports } from '../packet/packet.ts';
import { sameNetns } from '../packet/place.ts';
import {
  type ClientSocket,
  clientSocketOf,
  errnoOfIcmp,
  isAddressedToClient,
  isForClient,
  resultOfErrno,
} from './client.ts';
import { sendAgain, sendFirst } from './first-packet.ts';
import { describe, finish, push } from './packet-trace.ts';
import type { PacketEnd } from './passage.ts';
import { type AcceptedSocket, refusal, replyTo } from './reply.ts';
import { clientSender, serverSender } from './senders.ts';
import type { Endpoint, Outcome, PacketKind, PacketTrace } from './trace.ts';
import { transfer } from './transfer.ts';
import { kernelOf, type World } from './world.ts';

/** What one run of a flow came to. */
export type Exchange = Omit<Outcome, 'probability' | 'assumptions'>;

/** Where a packet arrived. */
type LocalEnd = Extract<PacketEnd, { readonly kind: 'local' }>;

type Settled = Pick<Exchange, 'client' | 'errno' | 'transfer'>;

const UNKNOWN: Settled = { client: 'unknown', errno: null, transfer: null };
const TIMEOUT: Settled = { client: 'timeout', errno: null, transfer: null };

const CONNECTED: Settled = { client: 'connected', errno: null, transfer: null };

/** A SYN where it arrived, and the socket that took it. */
interface Accepted {
  readonly end: LocalEnd;
  readonly socket: AcceptedSocket;
}

/**
 * Sends a flow's first packet, the answer to it, and for TCP the end of the handshake and data both
 * ways.
 */
export function exchange(world: World, flow: Flow): Exchange {
  const packets: PacketTrace[] = [];
  const kernel = kernelOf(world, flow.from);
  const nothing = { endpoint: null, sourceAtEndpoint: null, packets };
  if (!kernel) return { ...UNKNOWN, ...nothing };
  const start = sendFirst(world, kernel, flow);
  const kind = firstKind(flow);
  if (start.kind === 'error') {
    packets.push({
      direction: 'original',
      kind,
      disposition: 'dropped',
      dropReason: 'IP_OUTNOROUTES',
      at: flow.from,
      steps: world.run.takeSteps(),
      visits: world.run.takeVisits(),
    });
    return { ...failedWith(start.errno), ...nothing };
  }
  const client = clientSocketOf(flow, start.packet);
  const end = finish(world, start.crossing);
  const request = settleRequest(world, flow, client, end, packets, kind);
  return { ...request, packets };
}

function firstKind(flow: Flow): PacketKind {
  if (flow.protocol === 'tcp') return 'syn';
  return flow.protocol === 'icmp' ? 'echo-request' : 'datagram';
}

function settleRequest(
  world: World,
  flow: Flow,
  client: ClientSocket,
  end: PacketEnd,
  packets: PacketTrace[],
  kind: PacketKind,
): Omit<Exchange, 'packets'> {
  const nobody = { endpoint: null, sourceAtEndpoint: null };
  if (end.kind !== 'local') {
    push(world, packets, describe(end, 'original', kind));
    return { ...settleLost(world, flow, client, end, packets), ...nobody };
  }
  const { kernel, skb } = end;
  const taken = {
    endpoint: endpointOf(kernel, skb.packet),
    sourceAtEndpoint: skb.packet.source,
  };
  loseEntries(world);
  const steps = world.run.takeSteps();
  const visits = world.run.takeVisits();
  const reply = replyTo(kernel, skb, { ...end, sentBy: flow.boundDevice });
  if (reply === null) {
    packets.push({ ...describe(end, 'original', kind), steps, visits });
    return { ...UNKNOWN, ...taken };
  }
  // The steps up to the socket belong to the request, those from the answer on to the reply.
  const { before, after } = splitAtReply(world.run.takeSteps());
  const refused = reply.request === 'refused';
  packets.push({
    direction: 'original',
    kind,
    disposition: refused ? 'dropped' : 'delivered',
    dropReason: refused ? (reply.dropReason ?? 'NO_SOCKET') : null,
    at: kernel.netns.ref,
    steps: [...steps, ...before],
    visits,
  });
  const back = finish(world, reply.crossing);
  packets.push({
    ...describe(back, 'reply', reply.kind),
    steps: [...after, ...world.run.takeSteps()],
    visits: world.run.takeVisits(),
  });
  const request = reply.accepted ? { end, socket: reply.accepted } : null;
  const settled = settleReply(world, flow, client, back, packets, reply.kind, request);
  return { ...settled, ...(refused ? nobody : taken) };
}

/** A request that no socket got: the client sees an error, an answer to it, or nothing. */
function settleLost(
  world: World,
  flow: Flow,
  client: ClientSocket,
  end: PacketEnd,
  packets: PacketTrace[],
): Settled {
  switch (end.kind) {
    case 'dropped': {
      const failed = end.errno === null ? null : failedWith(end.errno);
      if (end.answer === null || end.kernel === null) return failed ?? TIMEOUT;
      const answer = refusal(end.kernel, end.answer, end.skb, end);
      const back = finish(world, answer.crossing);
      push(world, packets, describe(back, 'reply', answer.kind));
      // The call returns before the error that was sent beside it is read.
      return failed ?? settleReply(world, flow, client, back, packets, answer.kind);
    }
    case 'looped':
      return TIMEOUT;
    case 'left':
    case 'local':
    case 'unknown':
      return UNKNOWN;
  }
}

function failedWith(errno: Errno): Settled {
  return { client: resultOfErrno(errno), errno, transfer: null };
}

function settleReply(
  world: World,
  flow: Flow,
  client: ClientSocket,
  back: PacketEnd,
  packets: PacketTrace[],
  kind: PacketKind,
  request: Accepted | null = null,
): Settled {
  const packet = receivedByClient(client, back);
  if (packet === null) return back.kind === 'unknown' ? UNKNOWN : settleStranger(back, packets);
  const t = packet.transport;
  if (t.kind === 'icmp' && t.quoted) {
    const errno: Errno | null = errnoOfIcmp(packet.source.family, t.type, t.code);
    return errno === null ? TIMEOUT : failedWith(errno);
  }
  if (kind === 'rst') return failedWith('ECONNREFUSED');
  if (kind !== 'syn-ack') return CONNECTED;
  const established = completeHandshake(world, flow, packet, packets, request?.end ?? null);
  return established.client === 'connected' && request
    ? sendData(world, flow, client, packet, packets, request)
    : established;
}

/**
 * A reply that reached the client's node but not its socket is answered by a reset there. An ICMP
 * error that no socket is concerned by was delivered to the kernel, unless it came in a tunnel's packet
 * that was translated on its way and ended as a datagram. Linux: icmp_unreach(), __udp4_lib_rcv().
 */
function settleStranger(back: PacketEnd, packets: PacketTrace[]): Settled {
  const last = packets.at(-1);
  if (back.kind !== 'local' || !last) return TIMEOUT;
  if (last.kind !== 'icmp-error' || back.skb.packet.transport.kind !== 'icmp') {
    packets[packets.length - 1] = { ...last, disposition: 'dropped', dropReason: 'NO_SOCKET' };
  }
  return TIMEOUT;
}

/** The packet as the client got it, or null when it did not get it. */
function receivedByClient(client: ClientSocket, back: PacketEnd): Packet | null {
  switch (back.kind) {
    case 'local': {
      const at = { where: back.kernel.netns.ref, iif: back.iif, boundTo: back.boundTo };
      return isForClient(client, back.skb.packet, at) ? back.skb.packet : null;
    }
    case 'left':
      return client.where === null && isAddressedToClient(client, back.skb.packet)
        ? back.skb.packet
        : null;
    case 'dropped':
    case 'looped':
    case 'unknown':
      return null;
  }
}

function completeHandshake(
  world: World,
  flow: Flow,
  received: Packet,
  packets: PacketTrace[],
  request: LocalEnd | null,
): Settled {
  const kernel = kernelOf(world, flow.from);
  const crossing = kernel && sendAgain(world, kernel, flow, handshakeAck(received));
  if (!crossing) return TIMEOUT;
  const end = finish(world, crossing);
  push(world, packets, describe(end, 'original', 'ack'));
  if (end.kind === 'local') {
    if (request === null || isSameConnection(request, end)) return CONNECTED;
    // Translated otherwise than the SYN, it is a stranger to the listener, which answers by a reset.
    // Linux: tcp_rcv_state_process(), TCP_LISTEN.
    const last = packets.at(-1);
    if (last) {
      packets[packets.length - 1] = { ...last, disposition: 'dropped', dropReason: 'TCP_FLAGS' };
    }
    return TIMEOUT;
  }
  return end.kind === 'unknown' ? UNKNOWN : TIMEOUT;
}

/** Data both ways, after the handshake. The packet that stops it is kept. */
function sendData(
  world: World,
  flow: Flow,
  client: ClientSocket,
  received: Packet,
  packets: PacketTrace[],
  { end, socket }: Accepted,
): Settled {
  const senders = [
    clientSender(
      world,
      flow,
      client,
      received,
      (there) => there.kind === 'local' && isSameConnection(end, there),
    ),
    serverSender(end, socket, (back) => receivedByClient(client, back) !== null),
  ];
  const sent = transfer(
    world,
    senders.filter((sender) => sender !== null),
  );
  packets.push(...sent.lost);
  return { ...CONNECTED, transfer: sent.transfer };
}

/** Whether a later packet reaches the socket that the first one made. */
function isSameConnection(request: LocalEnd, later: LocalEnd): boolean {
  const a = request.skb.packet;
  const b = later.skb.packet;
  return (
    sameNetns(request.kernel.netns.ref, later.kernel.netns.ref) &&
    sameAddress(a.source, b.source) &&
    sameAddress(a.destination, b.destination) &&
    ports(a).sport === ports(b).sport &&
    ports(a).dport === ports(b).dport
  );
}

/** Lets the translated connections of this run expire where that is asked for. */
function loseEntries(world: World): void {
  for (const [key, table] of world.run.tables()) {
    const netns = world.network.namespaces.get(key);
    if (!netns) continue;
    const kept = table.filter(
      (connection) => !isTranslated(connection) || entrySurvives(world.run, netns, connection),
    );
    if (kept.length < table.length) table.splice(0, table.length, ...kept);
  }
}

function isTranslated({ original, reply }: Connection): boolean {
  return (
    !sameAddress(original.destination, reply.source) ||
    !sameAddress(original.source, reply.destination)
  );
}

function endpointOf(kernel: Kernel, packet: Packet): Endpoint {
  return {
    where: kernel.netns.ref,
    address: packet.destination,
    port: ports(packet).dport,
  };
}

function splitAtReply(steps: PacketTrace['steps']): {
  readonly before: PacketTrace['steps'];
  readonly after: PacketTrace['steps'];
} {
  const first = steps.findIndex(
    ({ action }) => action.kind === 'route' && action.purpose === 'output',
  );
  return first < 0
    ? { before: steps, after: [] }
    : { before: steps.slice(0, first), after: steps.slice(first) };
}
