import { sameAddress } from '../../packet/address.ts';
import type { IcmpHeader, Packet } from '../../packet/packet.ts';
import { netnsKey } from '../../packet/place.ts';
import { PROTOCOL } from '../../packet/protocol.ts';
import type { NetnsState } from '../netns-state.ts';
import type { Run } from '../run.ts';
import type { CtAttachment, Skb } from '../skb.ts';
import type { Connection } from './connection.ts';
import { formatTuple, invertTuple, opensIcmpConnection, tupleOf } from './packet-tuple.ts';
import { findConnection, type TableHit } from './table.ts';
import { validTcpFlags } from './tcp-state.ts';
import { advanceTcp, type Progress } from './track-tcp.ts';
import type { Tuple } from './tuple.ts';

const INVALID: CtAttachment = { kind: 'invalid' };

/**
 * Attaches a packet to its connection, or makes one. Linux: nf_conntrack_in().
 * Windows and sequence numbers are not followed: every TCP packet counts as in window.
 */
export function trackIncoming(
  run: Run,
  netns: NetnsState,
  _hook: 'prerouting' | 'output',
  skb: Skb,
): Skb {
  // Looped packets keep what they have; -j CT --notrack decided already.
  if (skb.ct.kind === 'tracked' || skb.ct.kind === 'untracked') return skb;
  const zone = skb.ct.kind === 'none' ? (skb.ct.zone ?? 0) : 0;
  return { ...skb, ct: attach(run, netns, skb.packet, zone) };
}

/** ICMP types above this one are unknown. Linux: NR_ICMP_TYPES. */
const LAST_ICMP_TYPE = 18;

function attach(run: Run, netns: NetnsState, packet: Packet, zone: number): CtAttachment {
  const { transport } = packet;
  if (transport.kind === 'icmp') {
    if (transport.type > LAST_ICMP_TYPE) return INVALID;
    if (isIcmpError(transport)) return relate(run, netns, packet, transport, zone);
  }
  if (transport.kind === 'tcp' && !validTcpFlags(transport.flags)) return INVALID;
  const tuple = tupleOf(packet);
  if (!tuple) return INVALID;
  return follow(run, netns, { packet, tuple, zone });
}

/** Unreachable, source quench, redirect, time exceeded, parameter problem. */
function isIcmpError({ type }: IcmpHeader): boolean {
  return type === 3 || type === 4 || type === 5 || type === 11 || type === 12;
}

interface Tracked {
  readonly packet: Packet;
  readonly tuple: Tuple;
  readonly zone: number;
}

function follow(run: Run, netns: NetnsState, tracked: Tracked): CtAttachment {
  const { tuple, zone } = tracked;
  const known = findConnection(run, netns, tuple, zone) ?? staleEntry(run, netns, tuple, zone);
  const hit: TableHit = known ?? { connection: newConnection(tuple, zone), direction: 'original' };
  const { connection, direction } = hit;
  const state = direction === 'reply' || connection.seenReply ? 'ESTABLISHED' : 'NEW';
  switch (advance(run, netns, hit, tracked.packet)) {
    case 'invalid':
      return INVALID;
    case 'reopen':
      // A finished connection makes room for a new one of the same tuple.
      connection.dying = true;
      return follow(run, netns, tracked);
    case 'ok':
      if (direction === 'reply') connection.seenReply = true;
      return { kind: 'tracked', connection, direction, state };
  }
}

function newConnection(tuple: Tuple, zone: number): Connection {
  return {
    original: tuple,
    reply: invertTuple(tuple),
    seenReply: false,
    confirmed: false,
    dstNatDone: false,
    srcNatDone: false,
    mark: 0,
    zone,
    state: tuple.protocol === PROTOCOL.tcp ? 'NONE' : null,
    loadedFrom: null,
  };
}

/**
 * Where the table was not collected, a datagram may belong to an entry that is older than the
 * rules: it keeps being sent untranslated. A SYN from a fresh port starts anew.
 */
function staleEntry(run: Run, netns: NetnsState, tuple: Tuple, zone: number): TableHit | null {
  if (netns.conntrack !== undefined || tuple.protocol !== PROTOCOL.udp) return null;
  const table = run.connections(netnsKey(netns.ref));
  if (table.some((connection) => connection.dying)) return null;
  const name = formatTuple(tuple);
  const answer = run.decider.decide({
    id: `conntrack-stale:${netnsKey(netns.ref)}:${name}`,
    kind: 'unknown',
    topic: 'conntrack-entry',
    where: netns.ref,
    subject: name,
    options: [
      { value: 'none', probability: 1, cost: 0 },
      { value: 'untranslated', probability: 1, cost: 7 },
    ],
  });
  if (answer.value === 'none') return null;
  const connection: Connection = {
    ...newConnection(tuple, zone),
    confirmed: true,
    dstNatDone: true,
    srcNatDone: true,
  };
  table.push(connection);
  return { connection, direction: 'original' };
}

/** The protocol's own rules. Linux: nf_conntrack_handle_packet(). */
function advance(run: Run, netns: NetnsState, hit: TableHit, packet: Packet): Progress {
  const { transport } = packet;
  switch (transport.kind) {
    case 'tcp':
      return advanceTcp(run, netns, hit, transport);
    case 'icmp':
      return hit.connection.confirmed || opensIcmpConnection(transport.type) ? 'ok' : 'invalid';
    case 'udp':
    case 'sctp':
    case 'other':
      return 'ok';
  }
}

/**
 * An ICMP error belongs to the connection of the packet it quotes, if it is sent to that packet's
 * sender. Linux: nf_conntrack_inet_error().
 */
function relate(
  run: Run,
  netns: NetnsState,
  packet: Packet,
  error: IcmpHeader,
  zone: number,
): CtAttachment {
  const quoted = error.quoted && tupleOf(error.quoted);
  if (!quoted) return INVALID;
  const hit = findConnection(run, netns, invertTuple(quoted), zone);
  if (!hit) return INVALID;
  const { connection, direction } = hit;
  const tuple = direction === 'original' ? connection.original : connection.reply;
  if (!sameAddress(tuple.destination, packet.destination)) return INVALID;
  return { kind: 'tracked', connection, direction, state: 'RELATED' };
}
