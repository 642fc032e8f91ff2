import type { Answer } from '../flow.ts';
import { closeFd, SystemCallError } from '../host/syscalls.ts';
import type { Listener } from '../topology/topology.ts';
import {
  AF_INET,
  AF_INET6,
  acceptSocket,
  bindSocket,
  endWriting,
  listenSocket,
  type Message,
  openSocket,
  ownName,
  peerName,
  receiveBytes,
  receiveMessage,
  SOCK_DGRAM,
  SOCK_STREAM,
  SOL_SOCKET,
  sendBytes,
  sendMessage,
  setIntOption,
  setOption,
} from './calls.ts';
import { packetInfo, packetInfoFor } from './packet-info.ts';
import { type Poller, READABLE } from './poller.ts';
import { endpointOf, familyNumber, sockaddr } from './sockaddr.ts';
import { vanish } from './vanish.ts';

/** asm-generic/socket.h, linux/in.h, linux/in6.h */
const SO_REUSEADDR = 2;
const SO_BINDTODEVICE = 25;
const IPPROTO_IP = 0;
const IPPROTO_IPV6 = 41;
const IP_PKTINFO = 8;
const IPV6_V6ONLY = 26;
const IPV6_RECVPKTINFO = 49;

/**
 * Programs of a laboratory that accept and answer with one line of JSON (`Answer`). They live in this
 * process, in the sockets' namespaces, and answer whoever comes, flows and other programs.
 */
export class Listeners {
  readonly #poller: Poller;
  readonly #sockets = new Set<number>();
  readonly #accepted = new Set<number>();
  #flow: { readonly awaitLine: boolean } | null = null;

  constructor(poller: Poller) {
    this.#poller = poller;
  }

  /** To be called inside the namespace. Without an address it listens on both families. */
  open(namespace: string, listener: Listener): void {
    this.#open(namespace, listener, listener.address ?? '0.0.0.0');
    if (listener.address !== undefined) return;
    try {
      this.#open(namespace, listener, '::');
    } catch (error) {
      if (!(error instanceof SystemCallError && error.errno === 'EAFNOSUPPORT')) throw error;
    }
  }

  #open(namespace: string, { protocol, port, device }: Listener, address: string): void {
    const family = familyNumber(address);
    const fd = openSocket(family, protocol === 'tcp' ? SOCK_STREAM : SOCK_DGRAM);
    this.#sockets.add(fd);
    setIntOption(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    if (family === AF_INET6) setIntOption(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
    if (device !== undefined) setOption(fd, SOL_SOCKET, SO_BINDTODEVICE, Buffer.from(device));
    bindSocket(fd, sockaddr({ address, port }));
    if (protocol === 'tcp') {
      listenSocket(fd);
      this.#poller.watch(fd, READABLE, () => this.#accept(fd, namespace));
      return;
    }
    if (family === AF_INET) setIntOption(fd, IPPROTO_IP, IP_PKTINFO, 1);
    else setIntOption(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
    this.#poller.watch(fd, READABLE, () => answerDatagrams(fd, namespace, port));
  }

  /**
   * From here until `endFlow`, connections belong to a flow: they are held, and answered when they come, or
   * with `awaitLine` when the client's payload has come to its end.
   */
  beginFlow(awaitLine: boolean): void {
    this.#flow = { awaitLine };
  }

  /** Forgets the flow's connections without a packet. */
  endFlow(): void {
    this.#flow = null;
    for (const fd of this.#accepted) {
      this.#poller.forget(fd);
      vanish(fd);
    }
    this.#accepted.clear();
  }

  clear(): void {
    this.endFlow();
    for (const fd of this.#sockets) {
      this.#poller.forget(fd);
      closeFd(fd);
    }
    this.#sockets.clear();
  }

  #accept(listening: number, namespace: string): void {
    for (let fd = acceptSocket(listening); fd !== null; fd = acceptSocket(listening)) {
      this.#accepted.add(fd);
      this.#serve(fd, namespace);
    }
  }

  #serve(fd: number, namespace: string): void {
    const held = this.#flow !== null;
    const awaitLine = this.#flow?.awaitLine ?? false;
    if (!awaitLine) this.#answer(fd, namespace, held);
    const room = Buffer.alloc(65536);
    this.#poller.watch(fd, READABLE, () => {
      const read = attempt(() => receiveBytes(fd, room));
      if (read === null) return;
      if (read === undefined || read.length === 0) return this.#end(fd, held);
      if (awaitLine && read.includes(LINE_END)) this.#answer(fd, namespace, held);
    });
  }

  #answer(fd: number, namespace: string, held: boolean): void {
    attempt(() => {
      const own = endpointOf(ownName(fd));
      const peer = endpointOf(peerName(fd));
      const answer: Answer = {
        namespace,
        ...own,
        source: peer.address,
        sourcePort: peer.port,
      };
      sendBytes(fd, answerLine(answer));
      if (!held) endWriting(fd);
    });
  }

  /** The other side is done. A flow's connection stays until the flow has ended. */
  #end(fd: number, held: boolean): void {
    this.#poller.forget(fd);
    if (held) return;
    this.#accepted.delete(fd);
    closeFd(fd);
  }
}

const LINE_END = 10;

function answerDatagrams(fd: number, namespace: string, port: number): void {
  for (;;) {
    // A pending ICMP error of an earlier answer is no datagram.
    const message = attempt(() => receiveMessage(fd));
    if (message === null) return;
    if (message !== undefined) attempt(() => answerDatagram(fd, namespace, port, message));
  }
}

/** Answers from the address that the datagram was sent to, as a server on all addresses has to. */
function answerDatagram(fd: number, namespace: string, port: number, message: Message): void {
  const info = packetInfo(message.control);
  if (info === null) return;
  const source = endpointOf(message.name);
  const answer: Answer = {
    namespace,
    address: info.address,
    port,
    source: source.address,
    sourcePort: source.port,
  };
  const control = packetInfoFor(info.address);
  sendMessage(fd, { data: answerLine(answer), name: message.name, control });
}

function answerLine(answer: Answer): Buffer {
  return Buffer.from(`${JSON.stringify(answer)}\n`);
}

/** The other side may be gone at any moment; undefined says that the call failed for such a reason. */
function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof SystemCallError) return undefined;
    throw error;
  }
}
