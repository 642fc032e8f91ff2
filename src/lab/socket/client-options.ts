import type { LabFlow } from '../flow.ts';
import { SystemCallError } from '../host/syscalls.ts';
import {
  AF_INET,
  AF_INET6,
  bindSocket,
  deviceIndex,
  SOCK_DGRAM,
  SOCK_STREAM,
  SOL_SOCKET,
  setIntOption,
  setOption,
} from './calls.ts';
import { familyNumber, sockaddr } from './sockaddr.ts';

/** asm-generic/socket.h, linux/in.h, linux/in6.h */
const SO_BINDTODEVICE = 25;
const SO_MARK = 36;
const IPPROTO_IP = 0;
const IPPROTO_ICMP = 1;
const IPPROTO_TCP = 6;
const IPPROTO_UDP = 17;
const IPPROTO_IPV6 = 41;
const IPPROTO_ICMPV6 = 58;
const IP_TTL = 2;
const IP_RECVERR = 11;
const IPV6_UNICAST_HOPS = 16;
const IPV6_RECVERR = 25;

/** What socket a flow's client is, and what it says first. */
export interface ClientKind {
  readonly family: number;
  readonly type: number;
  readonly protocol: number;
  readonly firstBytes: Buffer;
  /** The ICMP type of the answer; null for other protocols. */
  readonly echoReply: number | null;
}

export function clientKind({ to, protocol, payload = 0 }: LabFlow): ClientKind {
  const family = familyNumber(to);
  switch (protocol) {
    case 'tcp':
      return {
        family,
        type: SOCK_STREAM,
        protocol: IPPROTO_TCP,
        firstBytes: payloadOf(payload),
        echoReply: null,
      };
    case 'udp':
      return {
        family,
        type: SOCK_DGRAM,
        protocol: IPPROTO_UDP,
        firstBytes: payloadOf(Math.max(payload, 1)),
        echoReply: null,
      };
    case 'icmp':
      return {
        family,
        type: SOCK_DGRAM,
        protocol: family === AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6,
        firstBytes: echoRequest(family === AF_INET ? 8 : 128, payload),
        echoReply: family === AF_INET ? 0 : 129,
      };
  }
}

/** Ends with a line end: a listener knows from it that all has come. */
function payloadOf(length: number): Buffer {
  const bytes = Buffer.alloc(length, 'x');
  if (length > 0) bytes.write('\n', length - 1);
  return bytes;
}

/** Sequence 1; the kernel fills in the identifier and the checksum. */
function echoRequest(type: number, payload: number): Buffer {
  const bytes = Buffer.alloc(8 + payload, 'x');
  bytes.fill(0, 0, 8);
  bytes.writeUInt8(type, 0);
  bytes.writeUInt16BE(1, 6);
  return bytes;
}

/** Sets and binds what the flow asks for; returns the scope for a link-local destination. */
export function setClientOptions(fd: number, kind: ClientKind, flow: LabFlow): number {
  const v4 = kind.family === AF_INET;
  if (flow.mark !== undefined) setIntOption(fd, SOL_SOCKET, SO_MARK, flow.mark);
  if (flow.device !== undefined) {
    setOption(fd, SOL_SOCKET, SO_BINDTODEVICE, Buffer.from(`${flow.device}\0`));
  }
  const [level, ttl, errors] = v4
    ? [IPPROTO_IP, IP_TTL, IP_RECVERR]
    : [IPPROTO_IPV6, IPV6_UNICAST_HOPS, IPV6_RECVERR];
  if (flow.ttl !== undefined) setIntOption(fd, level, ttl, flow.ttl);
  if (kind.type !== SOCK_STREAM) setIntOption(fd, level, errors, 1);
  bindClient(fd, kind, flow);
  return kind.family === AF_INET6 && flow.device !== undefined ? deviceIndex(flow.device) : 0;
}

function bindClient(fd: number, kind: ClientKind, { source, sourcePort }: LabFlow): void {
  const address = source ?? (kind.family === AF_INET ? '0.0.0.0' : '::');
  if (sourcePort === undefined && kind.protocol === IPPROTO_UDP) bindNextPort(fd, address);
  else if (sourcePort !== undefined || source !== undefined) {
    bindSocket(fd, sockaddr({ address, port: sourcePort ?? 0 }));
  }
}

/** Of the kernel's own range of ports for clients. */
const FIRST_PORT = 32768;
const LAST_PORT = 60999;
let nextPort = FIRST_PORT;

/**
 * The kernel picks UDP ports at random, so that a flow may meet the conntrack entry of an earlier one; ours
 * come one after the other. TCP ports and echo identifiers of the kernel do, too.
 */
function bindNextPort(fd: number, address: string): void {
  while (!bindsTo(fd, sockaddr({ address, port: nextPort }))) advance();
  advance();
}

function advance(): void {
  nextPort = nextPort === LAST_PORT ? FIRST_PORT : nextPort + 1;
}

/** False when another socket has this port. */
function bindsTo(fd: number, address: Buffer): boolean {
  try {
    bindSocket(fd, address);
    return true;
  } catch (error) {
    if (error instanceof SystemCallError && error.errno === 'EADDRINUSE') return false;
    throw error;
  }
}
