import { MessageBatch } from '../observe/message-batch.ts';
import {
  message,
  NETLINK_NETFILTER,
  NetlinkSocket,
  NLM_F_ACK,
  NLM_F_REQUEST,
} from '../observe/netlink-socket.ts';
import type { HostContext } from '../observe/observer.ts';

/** NFNL_SUBSYS_CTNETLINK and IPCTNL_MSG_CT_DELETE: without a tuple it deletes all. */
const DELETE = (1 << 8) | 2;

/** The connection tables of all namespaces, so that flows do not meet what earlier ones left. */
export class ConnectionTables {
  readonly #batch = new MessageBatch();
  readonly #sockets: NetlinkSocket[];

  constructor(context: HostContext) {
    this.#sockets = context
      .names()
      .map((name) => context.inside(name, () => new NetlinkSocket(NETLINK_NETFILTER, this.#batch)));
  }

  /** Deletes every entry. Throws `SystemCallError` where that is not allowed. */
  forget(): void {
    for (const socket of this.#sockets) {
      const sequence = socket.next();
      // struct nfgenmsg: every family.
      const body = new Uint8Array(4);
      const request = message(DELETE, NLM_F_REQUEST | NLM_F_ACK, sequence, body);
      socket.ask('delete connections', sequence, [request]);
    }
  }

  close(): void {
    for (const socket of this.#sockets) socket.close();
  }
}
