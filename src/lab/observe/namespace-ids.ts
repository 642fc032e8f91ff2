import { closeSync, openSync } from 'node:fs';
import { SystemCallError } from '../host/syscalls.ts';
import type { MessageBatch } from './message-batch.ts';
import { attribute, readAttributes } from './netlink-attributes.ts';
import {
  message,
  NETLINK_ROUTE,
  NetlinkSocket,
  NLM_F_ACK,
  NLM_F_REQUEST,
} from './netlink-socket.ts';
import type { HostContext } from './observer.ts';

const RTM_NEWNSID = 88;
const RTM_GETNSID = 90;
const NETNSA = { nsid: 1, fd: 3 };
/** `struct rtgenmsg`, aligned. */
const RTGEN = new Uint8Array(4);

/**
 * The ids by which our own namespace knows the others: what their sockets broadcast reaches one
 * socket of ours with the id of the origin. They are given once and end with either namespace.
 */
export function namespaceIds(
  context: HostContext,
  batch: MessageBatch,
): ReadonlyMap<number, string> {
  const socket = new NetlinkSocket(NETLINK_ROUTE, batch);
  try {
    return new Map(context.names().map((name) => [idOf(socket, context, name), name]));
  } finally {
    socket.close();
  }
}

function idOf(socket: NetlinkSocket, context: HostContext, name: string): number {
  const fd = context.inside(name, () => openSync('/proc/thread-self/ns/net', 'r'));
  try {
    const known = askId(socket, fd);
    if (known !== null) return known;
    const sequence = socket.next();
    const attributes = [attribute(NETNSA.fd, host32(fd)), attribute(NETNSA.nsid, host32(-1))];
    const flags = NLM_F_REQUEST | NLM_F_ACK;
    const request = message(RTM_NEWNSID, flags, sequence, RTGEN, ...attributes);
    socket.ask('namespace id', sequence, [request]);
    const given = askId(socket, fd);
    if (given === null) throw new SystemCallError('namespace id', 'ENOENT');
    return given;
  } finally {
    closeSync(fd);
  }
}

function askId(socket: NetlinkSocket, fd: number): number | null {
  const sequence = socket.next();
  const body = attribute(NETNSA.fd, host32(fd));
  const request = message(RTM_GETNSID, NLM_F_REQUEST, sequence, RTGEN, body);
  const [answer] = socket.ask('namespace id', sequence, [request]);
  if (!answer) return null;
  const view = new DataView(answer.body.buffer, RTGEN.length);
  const id = readAttributes(view).get(NETNSA.nsid)?.getInt32(0, true) ?? -1;
  return id < 0 ? null : id;
}

function host32(value: number): Uint8Array {
  return new Uint8Array(Int32Array.of(value).buffer);
}
