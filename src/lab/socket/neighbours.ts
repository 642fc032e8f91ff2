import { closeFd } from '../host/syscalls.ts';
import { AF_NETLINK, openSocket, receiveBytes, SOCK_RAW, sendBytes } from './calls.ts';

/** linux/netlink.h, linux/rtnetlink.h, linux/neighbour.h */
const NETLINK_ROUTE = 0;
const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;
const RTM_NEWNEIGH = 28;
const RTM_GETNEIGH = 30;
const NLM_F_REQUEST = 1;
const NLM_F_DUMP = 0x300;
const NUD_INCOMPLETE = 0x01;

const HEADER = 16;
/** Of `ndm_state` in struct ndmsg. */
const STATE = HEADER + 8;

/** Looks into the neighbour tables of a laboratory: is an address still being asked for? */
export class Neighbours {
  readonly #inside: <T>(namespace: string, work: () => T) => T;
  readonly #sockets = new Map<string, number>();
  readonly #room = Buffer.alloc(65536);

  constructor(inside: <T>(namespace: string, work: () => T) => T) {
    this.#inside = inside;
  }

  /** Whether a neighbour in any of the namespaces has neither answered nor failed. */
  resolving(namespaces: readonly string[]): boolean {
    return namespaces.some((name) => this.#incomplete(this.#socket(name)));
  }

  clear(): void {
    for (const fd of this.#sockets.values()) closeFd(fd);
    this.#sockets.clear();
  }

  #socket(namespace: string): number {
    const known = this.#sockets.get(namespace);
    if (known !== undefined) return known;
    const fd = this.#inside(namespace, () => openSocket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE));
    this.#sockets.set(namespace, fd);
    return fd;
  }

  /** The kernel fills the answer in while it is asked: nothing here waits. */
  #incomplete(fd: number): boolean {
    const request = Buffer.alloc(HEADER + 12);
    request.writeUInt32LE(request.length, 0);
    request.writeUInt16LE(RTM_GETNEIGH, 4);
    request.writeUInt16LE(NLM_F_REQUEST | NLM_F_DUMP, 6);
    sendBytes(fd, request);
    let found = false;
    for (;;) {
      const part = receiveBytes(fd, this.#room);
      if (part === null) return found;
      for (let at = 0; at + HEADER <= part.length; ) {
        const length = part.readUInt32LE(at);
        const type = part.readUInt16LE(at + 4);
        if (type === NLMSG_DONE || type === NLMSG_ERROR) return found;
        if (type === RTM_NEWNEIGH && part.readUInt16LE(at + STATE) & NUD_INCOMPLETE) found = true;
        at += Math.max((length + 3) & ~3, HEADER);
      }
    }
  }
}
