import { netnsKey } from '../../packet/place.ts';
import { PROTOCOL } from '../../packet/protocol.ts';
import type { NetnsState } from '../netns-state.ts';
import type { Run } from '../run.ts';
import type { Skb } from '../skb.ts';
import type { Connection } from './connection.ts';
import { sameTuple } from './packet-tuple.ts';
import { findConnection } from './table.ts';

/** The packet after confirmation, or why it was dropped (`insert_failed` of `conntrack -S`). */
export interface Confirmation {
  readonly skb: Skb;
  readonly drop: 'NETFILTER_DROP' | null;
}

/**
 * Puts a new connection into the table when its first packet leaves or is delivered. If a tuple
 * was taken meanwhile, a datagram joins the other connection when that is the same one or is not
 * translated; every other packet is lost. Linux: __nf_conntrack_confirm(), nf_ct_resolve_clash().
 */
export function confirm(run: Run, netns: NetnsState, skb: Skb): Confirmation {
  if (skb.ct.kind !== 'tracked') return { skb, drop: null };
  const { connection, direction } = skb.ct;
  if (connection.confirmed || direction === 'reply') return { skb, drop: null };
  const { original, reply, zone } = connection;
  const winner =
    findConnection(run, netns, original, zone) ?? findConnection(run, netns, reply, zone);
  if (winner) {
    if (!joins(connection, winner.connection)) return { skb, drop: 'NETFILTER_DROP' };
    const ct = { ...skb.ct, connection: winner.connection, direction: winner.direction };
    return { skb: { ...skb, ct }, drop: null };
  }
  connection.confirmed = true;
  run.connections(netnsKey(netns.ref)).push(connection);
  return { skb, drop: null };
}

/** Protocols whose packets may change the connection. Linux: allow_clash of their trackers. */
const MAY_JOIN: ReadonlySet<number> = new Set([PROTOCOL.udp, PROTOCOL.udplite]);

/** Linux: __nf_ct_resolve_clash(); consulting the nat chains counts, even if nothing was mapped. */
function joins(connection: Connection, winner: Connection): boolean {
  if (!MAY_JOIN.has(connection.original.protocol)) return false;
  const untranslated = !winner.srcNatDone && !winner.dstNatDone;
  const same =
    sameTuple(winner.original, connection.original) && sameTuple(winner.reply, connection.reply);
  return untranslated || same;
}
