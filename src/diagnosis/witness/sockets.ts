import type { SocketState } from '../../evidence/socket-state.ts';
import type { Flow } from '../../packet/flow.ts';
import { ports } from '../../packet/packet.ts';
import type { EvidenceRef } from '../diagnosis.ts';
import type { Ending } from '../ending.ts';
import type { Fit } from '../fit.ts';
import { innermost } from '../match-sightings.ts';
import { equal, mayBeAt } from './flow-packets.ts';

/**
 * Holds an ending against the sockets of both ends. SYN-SENT that was sent again: no answer reached
 * the client. ESTAB: the handshake was answered. SYN-RECV at the endpoint: the SYN arrived there and
 * its answer was not acknowledged. LISTEN at the endpoint: the port is not closed.
 */
export function compareWithSockets(
  ending: Ending,
  flow: Flow,
  sockets: readonly SocketState[],
): Fit {
  const supports: EvidenceRef[] = [];
  const contradictions: EvidenceRef[] = [];
  if (flow.protocol !== 'tcp') return { supports, contradictions, doubts: [] };
  const { outcome } = ending;
  const delivered = outcome.packets.some(
    ({ kind, disposition }) => kind === 'syn' && disposition === 'delivered',
  );
  const answered = outcome.packets.some(
    ({ kind, disposition }) => kind === 'syn-ack' && disposition === 'delivered',
  );
  const say = (agrees: boolean, socket: SocketState, shows: string): void => {
    (agrees ? supports : contradictions).push({ source: socket.source, shows });
  };
  for (const socket of sockets) {
    if (socket.protocol !== 'tcp') continue;
    if (isClients(socket, flow)) {
      if (socket.state === 'SYN-SENT' && (socket.retransmitted ?? 0) > 0) {
        say(!answered && outcome.client !== 'refused', socket, 'socket-waits-for-syn-ack');
      } else if (socket.state === 'ESTAB' && (socket.retransmitting ?? 0) > 0) {
        say(answered, socket, 'socket-sends-data-again');
      }
    } else if (socket.state === 'SYN-RECV' && isDestination(socket, ending)) {
      say(delivered && !answered, socket, 'socket-waits-for-ack');
    } else if (socket.state === 'LISTEN' && ending.dropReason === 'NO_SOCKET') {
      if (isEndpoints(socket, ending)) say(false, socket, 'socket-listens');
    }
  }
  return { supports, contradictions, doubts: [] };
}

/** The socket that the flow's client has open to what it addressed. */
function isClients({ node, netns, remote, device }: SocketState, flow: Flow): boolean {
  return (
    (node === null || mayBeAt(flow.from, { node, netns }, false)) &&
    equal(remote.address, flow.to) &&
    (remote.port === null || remote.port === flow.port) &&
    device === flow.boundDevice
  );
}

/** Its address is one that the first packet has for a destination, after translation, too. */
function isDestination({ local }: SocketState, { outcome }: Ending): boolean {
  return (outcome.packets[0]?.steps ?? []).some(({ skb }) => {
    const packet = innermost(skb.packet);
    return equal(packet.destination, local.address) && ports(packet).dport === local.port;
  });
}

function isEndpoints({ node, netns, local }: SocketState, { outcome }: Ending): boolean {
  const { endpoint } = outcome;
  return (
    endpoint !== null &&
    node !== null &&
    mayBeAt(endpoint.where, { node, netns }, false) &&
    local.port === endpoint.port
  );
}
