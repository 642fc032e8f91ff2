import type { Errno } from '../linux/errno.ts';
import { type Address, sameAddress } from '../packet/address.ts';
import type { Flow } from '../packet/flow.ts';
import { type Packet, ports } from '../packet/packet.ts';
import { type NetnsRef, sameNetns } from '../packet/place.ts';
import { PROTOCOL } from '../packet/protocol.ts';
import type { ClientResult } from './trace.ts';

/** The client's socket as the kernel finds it for a reply. */
export interface ClientSocket {
  /** null for a client outside: its packets arrive on a device of a known namespace. */
  readonly where: NetnsRef | null;
  readonly address: Address;
  /** Client port, or the echo identifier. */
  readonly port: number;
  readonly to: Address;
  readonly toPort: number;
  readonly boundDevice: string | null;
}

/** The socket that sent a flow's first packet. */
export function clientSocketOf(flow: Flow, first: Packet): ClientSocket {
  return {
    where: flow.arrivesOn === null ? flow.from : null,
    address: first.source,
    port: clientPort(first),
    // Of IPv6, a socket that connects to :: is connected to ::1.
    to: flow.to.family === 6 ? first.destination : flow.to,
    toPort: flow.port,
    boundDevice: flow.boundDevice,
  };
}

function clientPort(first: Packet): number {
  return first.transport.kind === 'icmp' ? (first.transport.id ?? 0) : ports(first).sport;
}

/**
 * Whether a packet is the client's: addresses and ports as the client knows them, at the
 * client's namespace, by the device its socket is bound to.
 * Linux: __inet_lookup_established(), inet_bound_dev_eq().
 */
export function isForClient(
  client: ClientSocket,
  packet: Packet,
  at: { readonly where: NetnsRef; readonly iif: string; readonly boundTo: string },
): boolean {
  if (client.where !== null && !sameNetns(client.where, at.where)) return false;
  // Linux: __udp4_lib_err() and tcp_v6_err() look for the device the error came in by, the others for its route's.
  const quoted = packet.transport.kind === 'icmp' ? packet.transport.quoted : undefined;
  const byDevice = packet.source.family === 4 ? PROTOCOL.udp : PROTOCOL.tcp;
  const device = quoted?.protocol === byDevice ? at.iif : at.boundTo;
  if (client.boundDevice !== null && client.boundDevice !== device) return false;
  return isAddressedToClient(client, packet);
}

/** Whether a packet's addresses and ports are those the client expects. */
export function isAddressedToClient(client: ClientSocket, packet: Packet): boolean {
  const t = packet.transport;
  if (t.kind === 'icmp' && t.quoted) return isFromClient(client, t.quoted);
  if (!sameAddress(packet.destination, client.address)) return false;
  // An echo reply is told by its identifier, whoever sends it. Linux: ping_lookup().
  if (t.kind === 'icmp') return (t.id ?? 0) === client.port;
  if (!sameAddress(packet.source, client.to)) return false;
  const { sport, dport } = ports(packet);
  return dport === client.port && sport === client.toPort;
}

/**
 * Whether an ICMP error quotes the client's own packet. A ping is told by its identifier, whereto it was
 * translated on its way. Linux: tcp_v4_err(), __udp4_lib_err(), ping_err().
 */
function isFromClient(client: ClientSocket, quoted: Packet): boolean {
  if (!sameAddress(quoted.source, client.address)) return false;
  if (quoted.transport.kind === 'icmp') return (quoted.transport.id ?? 0) === client.port;
  if (!sameAddress(quoted.destination, client.to)) return false;
  const { sport, dport } = ports(quoted);
  return sport === client.port && dport === client.toPort;
}

/** What an ICMP error makes of a connecting socket. Linux: icmp_err_convert[]. */
export function errnoOfIcmp(family: 4 | 6, type: number, code: number): Errno | null {
  if (family === 6) return errnoOfIcmp6(type, code);
  if (type === 11) return 'EHOSTUNREACH';
  if (type !== 3) return null;
  switch (code) {
    case 0:
    case 6:
    case 9:
    case 11:
      return 'ENETUNREACH';
    case 2:
      return 'ENOPROTOOPT';
    case 3:
      return 'ECONNREFUSED';
    case 4:
      return null;
    default:
      return 'EHOSTUNREACH';
  }
}

/** Linux: icmpv6_err_convert(), tab_unreach[]. */
function errnoOfIcmp6(type: number, code: number): Errno | null {
  if (type === 3) return 'EHOSTUNREACH';
  if (type === 4) return 'EPROTO';
  if (type !== 1) return null;
  switch (code) {
    case 0:
      return 'ENETUNREACH';
    case 1:
    case 5:
    case 6:
      return 'EACCES';
    case 2:
    case 3:
      return 'EHOSTUNREACH';
    case 4:
      return 'ECONNREFUSED';
    default:
      return 'EPROTO';
  }
}

/** The client's result in one word. */
export function resultOfErrno(errno: Errno): ClientResult {
  switch (errno) {
    case 'ECONNREFUSED':
      return 'refused';
    case 'EACCES':
    case 'EPERM':
      return 'not-permitted';
    case 'ETIMEDOUT':
      return 'timeout';
    case 'EADDRNOTAVAIL':
    case 'EDESTADDRREQ':
    case 'EHOSTUNREACH':
    case 'EINVAL':
    case 'EMSGSIZE':
    case 'ENETUNREACH':
    case 'ENODEV':
    case 'ENOKEY':
    case 'ENOPROTOOPT':
    case 'EPROTO':
      return 'unreachable';
  }
}
