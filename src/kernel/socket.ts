import { type Address, formatAddress, sameAddress } from '../packet/address.ts';
import { netnsKey } from '../packet/place.ts';
import type { Decider } from './decide.ts';
import type { ListeningSocket, NetnsState } from './netns-state.ts';

/** Who a packet is for: its destination after all translation, and the device it came in on. */
export interface SocketKey {
  readonly protocol: 'tcp' | 'udp' | 'sctp';
  readonly address: Address;
  readonly port: number;
  /** Input device; `lo` for a looped packet. */
  readonly device: string;
}

/** A socket that takes a packet: what it is bound to decides how its answer leaves. */
export interface FoundListener {
  /** SO_BINDTODEVICE; null: none, or not known. */
  readonly device: string | null;
  /** The user that it belongs to; null: not known. */
  readonly uid: number | null;
}

/**
 * The socket that takes new packets for an address and port; of several the one that is bound most
 * closely. Sockets that were not collected, and those of protocols `ss -tu` does not list, are asked
 * for. Linux: inet_lookup_listener(), compute_score(), __udp4_lib_lookup().
 */
export function findListener(
  netns: NetnsState,
  key: SocketKey,
  decider: Decider,
): FoundListener | null {
  if (netns.sockets && key.protocol !== 'sctp') {
    return netns.sockets
      .filter((socket) => takes(socket, key))
      .reduce<ListeningSocket | null>(
        (best, socket) => (best && closeness(best) >= closeness(socket) ? best : socket),
        null,
      );
  }
  const name = `${key.protocol} ${formatAddress(key.address)}:${key.port}`;
  const answer = decider.decide({
    id: `socket:${netnsKey(netns.ref)}:${name}`,
    kind: 'unknown',
    topic: 'socket',
    where: netns.ref,
    subject: name,
    options: [
      { value: 'listening', probability: 1, cost: 0 },
      { value: 'none', probability: 1, cost: 1 },
    ],
  });
  return answer.value === 'listening' ? { device: null, uid: null } : null;
}

function closeness({ device, address }: ListeningSocket): number {
  return (device === null ? 0 : 1) + (address === null ? 0 : 1);
}

function takes(socket: ListeningSocket, key: SocketKey): boolean {
  if (socket.protocol !== key.protocol || socket.port !== key.port) return false;
  if (socket.device !== null && socket.device !== key.device) return false;
  if (socket.address) return sameAddress(socket.address, key.address);
  return socket.family === key.address.family || (socket.dualStack && key.address.family === 4);
}

/**
 * The port of a client that binds none: chosen by the kernel, so that only evidence can tell it.
 * The model takes this one of the default range. Linux: inet_hash_connect().
 */
export const EPHEMERAL_PORT = 40000;
