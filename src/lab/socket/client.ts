import type { Answer, ClientReport, LabFlow } from '../flow.ts';
import { errnoName, SystemCallError } from '../host/syscalls.ts';
import {
  AF_INET6,
  connectSocket,
  dropErrorQueue,
  openSocket,
  ownName,
  receiveBytes,
  SOCK_STREAM,
  sendBytes,
  takeError,
} from './calls.ts';
import { type ClientKind, clientKind, setClientOptions } from './client-options.ts';
import { type Poller, READABLE, WRITABLE } from './poller.ts';
import { endpointOf, sockaddr } from './sockaddr.ts';
import { vanish } from './vanish.ts';

/** How far a client has come. `done`: it knows its result, nothing later changes it. */
type Stage = 'connecting' | 'connected' | 'done';

/**
 * One flow's client: a real socket, told what an ordinary program would be told. UDP and ICMP sockets are
 * connected and take all ICMP errors (IP_RECVERR), so that an error is an errno as for TCP.
 */
export class Client {
  readonly #poller: Poller;
  readonly #kind: ClientKind;
  #fd: number | null = null;
  #stage: Stage = 'connecting';
  #established = false;
  #errno: string | null = null;
  #local: ClientReport['local'] = null;
  #answer: Answer | null = null;
  #received = Buffer.alloc(0);
  #unsent: Buffer;

  /** To be made inside the client's namespace: sends at once. */
  constructor(poller: Poller, flow: LabFlow) {
    this.#poller = poller;
    this.#kind = clientKind(flow);
    this.#unsent = this.#kind.firstBytes;
    try {
      this.#start(flow);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Whether the client has its result: what is still on its way cannot change it. */
  get done(): boolean {
    return this.#stage === 'done';
  }

  report(): ClientReport {
    this.#takeSoftError();
    return {
      outcome: this.#outcome(),
      errno: this.#errno,
      local: this.#local,
      answer: this.#answer,
    };
  }

  /** Without a packet. */
  close(): void {
    if (this.#fd === null) return;
    this.#poller.forget(this.#fd);
    vanish(this.#fd);
    this.#fd = null;
  }

  #start(flow: LabFlow): void {
    const { family, type, protocol } = this.#kind;
    const fd = openSocket(family, type, protocol);
    this.#fd = fd;
    const scope = setClientOptions(fd, this.#kind, flow);
    try {
      this.#established = connectSocket(fd, sockaddr({ address: flow.to, port: flow.port }, scope));
    } finally {
      this.#local = chosenLocal(fd);
    }
    if (type !== SOCK_STREAM) this.#send(fd);
    this.#poller.watch(fd, type === SOCK_STREAM ? WRITABLE : READABLE, () => this.#handle(fd));
  }

  #handle(fd: number): void {
    try {
      const error = takeError(fd);
      // A redirect is told like an error, and is none. Linux: ping_err().
      if (errnoName(error) === 'EREMOTEIO') dropErrorQueue(fd);
      else if (error !== 0) throw new SystemCallError('socket', errnoName(error));
      if (this.#stage === 'connecting' && this.#kind.type === SOCK_STREAM) {
        this.#stage = 'connected';
        this.#established = true;
      }
      if (this.#unsent.length > 0) this.#send(fd);
      this.#receive(fd);
      if (this.#stage !== 'done') {
        this.#poller.watch(fd, READABLE | (this.#unsent.length > 0 ? WRITABLE : 0), () =>
          this.#handle(fd),
        );
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  #send(fd: number): void {
    const sent = sendBytes(fd, this.#unsent);
    if (sent !== null) this.#unsent = this.#unsent.subarray(sent);
  }

  #receive(fd: number): void {
    const room = Buffer.alloc(65536);
    const bytes = receiveBytes(fd, room);
    if (bytes === null) return;
    if (this.#kind.echoReply !== null) {
      if (bytes.readUInt8(0) === this.#kind.echoReply) this.#finish(fd);
      return;
    }
    this.#received = Buffer.concat([this.#received, bytes]);
    // A stream's end, or a whole answer; a server that is none of ours may say anything.
    if (bytes.length === 0 || this.#received.includes('\n')) {
      this.#answer = answerOf(this.#received.toString('utf8'));
      this.#finish(fd);
    } else if (this.#kind.type !== SOCK_STREAM) {
      this.#finish(fd);
    }
  }

  #finish(fd: number): void {
    this.#stage = 'done';
    this.#established = true;
    this.#poller.forget(fd);
  }

  /**
   * An ICMPv6 error that came while connect() held the socket is put aside, and the next SYN's makes the call
   * fail a second later; we do not wait for it. Linux: tcp_v6_err(), sk_err_soft; docs/lab-notes/ipv6.md.
   */
  #takeSoftError(): void {
    const { family, type } = this.#kind;
    if (family !== AF_INET6 || type !== SOCK_STREAM) return;
    if (this.#stage !== 'connecting' || this.#fd === null) return;
    const error = takeError(this.#fd);
    if (error !== 0) this.#fail(new SystemCallError('connect', errnoName(error)));
  }

  /** The errno of the first call that failed is the result. */
  #fail(error: unknown): void {
    if (!(error instanceof SystemCallError)) {
      this.close();
      throw error;
    }
    this.#errno = error.errno;
    // An error that came after the handshake does not undo it.
    this.#established &&= this.#kind.type === SOCK_STREAM;
    this.#stage = 'done';
    if (this.#fd !== null) this.#poller.forget(this.#fd);
  }

  #outcome(): ClientReport['outcome'] {
    if (this.#kind.type === SOCK_STREAM && this.#established) return 'connected';
    if (this.#errno !== null) return outcomeOf(this.#errno);
    return this.#stage === 'done' ? 'connected' : 'timeout';
  }
}

/** A client's word for its errno. What is not told apart here is in the report by name. */
function outcomeOf(errno: string): ClientReport['outcome'] {
  switch (errno) {
    case 'ECONNREFUSED':
      return 'refused';
    case 'EACCES':
    case 'EPERM':
      return 'not-permitted';
    case 'ETIMEDOUT':
      return 'timeout';
    default:
      return 'unreachable';
  }
}

/** Null while the kernel has chosen nothing. */
function chosenLocal(fd: number): ClientReport['local'] {
  const local = endpointOf(ownName(fd));
  return local.port === 0 && /^(0\.0\.0\.0|::)$/.test(local.address) ? null : local;
}

/** Null for text that no listener of ours wrote. */
function answerOf(text: string): Answer | null {
  try {
    const value: unknown = JSON.parse(text);
    return isAnswer(value) ? value : null;
  } catch {
    return null;
  }
}

function isAnswer(value: unknown): value is Answer {
  if (typeof value !== 'object' || value === null) return false;
  const answer = value as Record<string, unknown>;
  return (
    ['namespace', 'address', 'source'].every((key) => typeof answer[key] === 'string') &&
    ['port', 'sourcePort'].every((key) => typeof answer[key] === 'number')
  );
}
