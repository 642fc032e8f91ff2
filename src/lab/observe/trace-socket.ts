import type { MessageBatch } from './message-batch.ts';
import { messagesIn, NETLINK_NETFILTER, NetlinkSocket, SOL_NETLINK } from './netlink-socket.ts';
import { NFNL, NFT_MSG } from './nf-tables.ts';
import { setOption } from './system-calls.ts';
import { readTraceMessage, type TraceMessage } from './trace-message.ts';

const NFNLGRP_NFTRACE = 9;
const NETLINK_LISTEN_ALL_NSID = 8;

/**
 * One socket that hears the nft traces of all namespaces, in one order. The kernel puts a message
 * into the socket while the packet is in the chain: when nothing waits any more and nothing moves,
 * all have been read. Linux: nft_trace_notify(), do_one_broadcast() in net/netlink/af_netlink.c.
 */
export class TraceSocket {
  readonly #socket: NetlinkSocket;
  readonly #names: ReadonlyMap<number, string>;

  constructor(batch: MessageBatch, names: ReadonlyMap<number, string>) {
    this.#names = names;
    this.#socket = new NetlinkSocket(NETLINK_NETFILTER, batch);
    setOption(this.#socket.fd, SOL_NETLINK, NETLINK_LISTEN_ALL_NSID, 1);
    this.#socket.join(NFNLGRP_NFTRACE);
  }

  /** Reads what waits. Returns false when the kernel had no room for some of it. */
  drain(each: (namespace: string, message: TraceMessage) => void): boolean {
    return this.#socket.drain(({ data, control }) => {
      const origin = control.find(
        ({ level, type }) => level === SOL_NETLINK && type === NETLINK_LISTEN_ALL_NSID,
      );
      const namespace = this.#names.get(origin?.data.getInt32(0, true) ?? -1);
      if (namespace === undefined) return;
      for (const { type, body } of messagesIn(data)) {
        if (type !== ((NFNL.tables << 8) | NFT_MSG.trace)) continue;
        const message = readTraceMessage(body);
        if (message) each(namespace, message);
      }
    });
  }

  close(): void {
    this.#socket.close();
  }
}
