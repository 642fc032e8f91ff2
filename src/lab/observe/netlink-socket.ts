import { close } from 'node:fs';
import { closeFd, errnoName, SystemCallError } from '../host/syscalls.ts';
import type { Datagram, MessageBatch } from './message-batch.ts';
import { aligned, joined } from './netlink-attributes.ts';
import { biggerBuffer } from './socket-buffer.ts';
import { bindSocket, openSocket, sendAll, setOption } from './system-calls.ts';

export const NETLINK_ROUTE = 0;
export const NETLINK_NETFILTER = 12;
export const SOL_NETLINK = 270;

const AF_NETLINK = 16;
const SOCK_RAW = 3;
const NETLINK_ADD_MEMBERSHIP = 1;

export const NLM_F_REQUEST = 1;
export const NLM_F_ACK = 4;
export const NLM_F_EXCL = 0x200;
export const NLM_F_DUMP = 0x300;
export const NLM_F_CREATE = 0x400;

const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;

/** One message with what `struct nlmsghdr` says of it. The bytes live until the next read. */
export interface NetlinkMessage {
  readonly type: number;
  readonly sequence: number;
  /** Everything after the header. */
  readonly body: DataView;
}

/** `struct nlmsghdr` and a body. */
export function message(
  type: number,
  flags: number,
  sequence: number,
  ...body: readonly Uint8Array[]
): Uint8Array {
  const whole = joined([new Uint8Array(16), ...body]);
  const view = new DataView(whole.buffer);
  view.setUint32(0, whole.length, true);
  view.setUint16(4, type, true);
  view.setUint16(6, flags, true);
  view.setUint32(8, sequence, true);
  return whole;
}

/** The messages of one datagram. */
export function messagesIn(data: Uint8Array): readonly NetlinkMessage[] {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const messages: NetlinkMessage[] = [];
  for (let at = 0; at + 16 <= data.length; ) {
    const length = view.getUint32(at, true);
    if (length < 16 || at + length > data.length) break;
    messages.push({
      type: view.getUint16(at + 4, true),
      sequence: view.getUint32(at + 8, true),
      body: new DataView(data.buffer, data.byteOffset + at + 16, length - 16),
    });
    at += aligned(length);
  }
  return messages;
}

/** A netlink socket of the namespace that this thread is in when it is made. */
export class NetlinkSocket {
  readonly fd: number;
  readonly #batch: MessageBatch;
  #sequence = 0;

  constructor(protocol: number, batch: MessageBatch) {
    this.#batch = batch;
    this.fd = openSocket(AF_NETLINK, SOCK_RAW, protocol);
    try {
      biggerBuffer(this.fd);
      const address = new Uint8Array(12);
      new DataView(address.buffer).setUint16(0, AF_NETLINK, true);
      bindSocket(this.fd, address);
    } catch (error) {
      closeFd(this.fd);
      throw error;
    }
  }

  join(group: number): void {
    setOption(this.fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group);
  }

  /** A number for the next message: answers carry it. */
  next(): number {
    return ++this.#sequence;
  }

  /**
   * Sends messages and returns the answers to the last of them. The kernel answers within the call,
   * so nothing is waited for. Throws `SystemCallError` with the first error that came back.
   */
  ask(what: string, last: number, messages: readonly Uint8Array[]): readonly NetlinkMessage[] {
    sendAll(this.fd, joined(messages));
    const answers: NetlinkMessage[] = [];
    for (let done = false; !done; ) {
      const read = this.#batch.drain(this.fd, ({ data }) => {
        for (const answer of messagesIn(data)) {
          const errno = answer.type === NLMSG_ERROR ? -answer.body.getInt32(0, true) : 0;
          if (errno !== 0) throw new SystemCallError(what, errnoName(errno));
          if (answer.sequence !== last) continue;
          if (answer.type === NLMSG_ERROR || answer.type === NLMSG_DONE) done = true;
          else answers.push(copied(answer));
        }
      });
      if (read === 0) break;
    }
    return answers;
  }

  /** Reads what came by itself. Returns false when the kernel had no room for some of it. */
  drain(each: (datagram: Datagram) => void): boolean {
    let complete = true;
    for (;;) {
      try {
        this.#batch.drain(this.fd, each);
        return complete;
      } catch (error) {
        // The kernel says so once, before what it could keep.
        if (!(error instanceof SystemCallError) || error.errno !== 'ENOBUFS') throw error;
        complete = false;
      }
    }
  }

  close(): void {
    closeFd(this.fd);
  }

  /** Closes in another thread: after changes of rulesets the kernel waits a grace period in it. */
  closeLater(): void {
    close(this.fd);
  }
}

function copied({ type, sequence, body }: NetlinkMessage): NetlinkMessage {
  const bytes = new Uint8Array(body.buffer, body.byteOffset, body.byteLength).slice();
  return { type, sequence, body: new DataView(bytes.buffer) };
}
