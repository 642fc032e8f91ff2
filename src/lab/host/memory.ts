import { writeFileSync } from 'node:fs';
import { MessageBatch } from '../observe/message-batch.ts';
import {
  message,
  NETLINK_NETFILTER,
  NETLINK_ROUTE,
  type NetlinkMessage,
  NetlinkSocket,
  NLM_F_ACK,
  NLM_F_DUMP,
  NLM_F_REQUEST,
} from '../observe/netlink-socket.ts';
import type { HostContext } from '../observe/observer.ts';
import { SystemCallError } from './syscalls.ts';

/** NFNL_SUBSYS_CTNETLINK and IPCTNL_MSG_CT_DELETE: without a tuple it deletes all. */
const DELETE_CONNECTIONS = (1 << 8) | 2;
/** linux/rtnetlink.h, linux/neighbour.h */
const RTM_DELNEIGH = 29;
const RTM_GETNEIGH = 30;
const FAMILIES = [2, 10]; // AF_INET, AF_INET6
const NDA_DST = 1;
const NUD_NOARP = 0x40;
const NUD_PERMANENT = 0x80;

/** struct ndmsg */
const NDMSG = 12;

interface Tables {
  readonly name: string;
  readonly netfilter: NetlinkSocket;
  readonly route: NetlinkSocket;
}

/**
 * What namespaces remember of earlier flows: connections, neighbours that answered, routes that an ICMP
 * error or a redirect changed. A flow that meets none of it does what it would do alone.
 */
export class Memory {
  readonly #context: HostContext;
  readonly #tables: readonly Tables[];

  constructor(context: HostContext) {
    const batch = new MessageBatch();
    this.#context = context;
    this.#tables = context.names().map((name) =>
      context.inside(name, () => ({
        name,
        netfilter: new NetlinkSocket(NETLINK_NETFILTER, batch),
        route: new NetlinkSocket(NETLINK_ROUTE, batch),
      })),
    );
  }

  /** Throws `SystemCallError` where that is not allowed. */
  forget(): void {
    for (const { name, netfilter, route } of this.#tables) {
      forgetConnections(netfilter);
      for (const family of FAMILIES) forgetNeighbours(route, family);
      this.#context.inside(name, () => {
        writeFileSync('/proc/sys/net/ipv4/route/flush', '1');
        flushIpv6();
      });
    }
  }

  close(): void {
    for (const { netfilter, route } of this.#tables) {
      netfilter.close();
      route.close();
    }
  }
}

/** A kernel may be without IPv6. */
function flushIpv6(): void {
  try {
    writeFileSync('/proc/sys/net/ipv6/route/flush', '1');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

function forgetConnections(socket: NetlinkSocket): void {
  const sequence = socket.next();
  // struct nfgenmsg: every family.
  const body = new Uint8Array(4);
  const flags = NLM_F_REQUEST | NLM_F_ACK;
  const request = message(DELETE_CONNECTIONS, flags, sequence, body);
  socket.ask('delete connections', sequence, [request]);
}

/** Entries that somebody made stay. */
function forgetNeighbours(socket: NetlinkSocket, family: number): void {
  const sequence = socket.next();
  const all = new Uint8Array(NDMSG);
  all[0] = family;
  const request = message(RTM_GETNEIGH, NLM_F_REQUEST | NLM_F_DUMP, sequence, all);
  for (const { body } of socket.ask('list neighbours', sequence, [request])) {
    if ((body.getUint16(8, true) & (NUD_NOARP | NUD_PERMANENT)) === 0) forgetOne(socket, body);
  }
}

function forgetOne(socket: NetlinkSocket, entry: NetlinkMessage['body']): void {
  const address = attributeOf(entry, NDA_DST);
  if (!address) return;
  const sequence = socket.next();
  const header = new Uint8Array(entry.buffer, entry.byteOffset, NDMSG);
  const request = message(RTM_DELNEIGH, NLM_F_REQUEST | NLM_F_ACK, sequence, header, address);
  try {
    socket.ask('delete a neighbour', sequence, [request]);
  } catch (error) {
    // The kernel was faster.
    if (!(error instanceof SystemCallError && error.errno === 'ENOENT')) throw error;
  }
}

/** A whole attribute, with its header. */
function attributeOf(entry: DataView, type: number): Uint8Array | null {
  for (let at = NDMSG; at + 4 <= entry.byteLength; ) {
    const length = entry.getUint16(at, true);
    if (length < 4) return null;
    if (entry.getUint16(at + 2, true) === type) {
      return new Uint8Array(entry.buffer, entry.byteOffset + at, (length + 3) & ~3).slice();
    }
    at += (length + 3) & ~3;
  }
  return null;
}
