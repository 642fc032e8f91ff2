import type { Hook } from '../../linux/hook.ts';
import { sameAddress } from '../../packet/address.ts';
import type { IcmpHeader, Packet } from '../../packet/packet.ts';
import { netnsKey } from '../../packet/place.ts';
import { PROTOCOL } from '../../packet/protocol.ts';
import type { NetnsState } from '../netns-state.ts';
import type { Run } from '../run.ts';
import type { CtAttachment, Skb } from '../skb.ts';
import { conntrackChecksum } from '../sysctl-lookup.ts';
import type { Connection } from './connection.ts';
import { isAnnounced } from './expectation.ts';
import { icmpClass } from './icmp-class.ts';
import { formatTuple, invertTuple, opensIcmpConnection, tupleOf } from './packet-tuple.ts';
import { hasRoom } from './room.ts';
import { findConnection, type TableHit } from './table.ts';
import { validTcpFlags } from './tcp-state.ts';
import { advanceSctp } from './track-sctp.ts';
import { advanceTcp, type Progress } from './track-tcp.ts';
import type { Tuple } from './tuple.ts';
import { DEFAULT_ZONE, type Zone } from './zone.ts';

const INVALID: CtAttachment = { kind: 'invalid' };

/** A packet with what conntrack attached; `full`: the table had no room, and the packet is dropped. */
export interface Tracked {
  readonly skb: Skb;
  readonly full: boolean;
}

/**
 * Attaches a packet to its connection, or makes one. Linux: nf_conntrack_in().
 * Segments without numbers count as in window.
 */
export function trackIncoming(
  run: Run,
  netns: NetnsState,
  hook: Extract<Hook, 'prerouting' | 'output'>,
  skb: Skb,
): Tracked {
  // Looped packets keep what they have; -j CT --notrack decided already.
  if (skb.ct.kind === 'tracked' || skb.ct.kind === 'untracked') return { skb, full: false };
  const zone = (skb.ct.kind === 'none' && skb.ct.zone) || DEFAULT_ZONE;
  const ct = attach({ run, netns, hook, packet: skb.packet, zone });
  return ct === 'full' ? { skb, full: true } : { skb: { ...skb, ct }, full: false };
}

interface Arrived {
  readonly run: Run;
  readonly netns: NetnsState;
  readonly hook: Hook;
  readonly packet: Packet;
  readonly zone: Zone;
}

function attach(arrived: Arrived): CtAttachment | 'full' {
  const { packet } = arrived;
  const { transport, protocol } = packet;
  if (transport.kind === 'icmp') {
    if (isBroken(arrived)) return INVALID;
    switch (icmpClass(protocol, transport.type)) {
      case 'unknown':
        return INVALID;
      case 'untracked':
        return { kind: 'untracked' };
      case 'error':
        return relate(arrived, transport);
      case 'message':
        break;
    }
  }
  const tuple = tupleOf(packet);
  return tuple ? follow(arrived, tuple) : INVALID;
}

/** Whether its checksum is wrong and conntrack looks at it: that of sent packets is taken for right. */
function isBroken({ run, netns, hook, packet }: Arrived): boolean {
  if (!packet.badChecksum || hook !== 'prerouting') return false;
  return conntrackChecksum(netns, run.decider);
}

function follow(arrived: Arrived, tuple: Tuple): CtAttachment | 'full' {
  const { run, netns, zone, packet } = arrived;
  const known = findConnection(run, netns, tuple, zone) ?? staleEntry(run, netns, tuple, zone);
  if (!known && !hasRoom(run, netns, tuple)) return 'full';
  const hit: TableHit = known ?? { connection: newConnection(tuple, zone), direction: 'original' };
  const { connection, direction } = hit;
  if (!known) connection.expected = isAnnounced(run, netns, tuple);
  nameOffload(arrived, connection);
  const state = stateOf(hit);
  if (refused(arrived)) return INVALID;
  switch (advance(run, netns, hit, packet)) {
    case 'invalid':
      return INVALID;
    case 'reopen':
      // A finished connection makes room for a new one of the same tuple.
      connection.dying = true;
      return follow(arrived, tuple);
    case 'ok':
      if (direction === 'reply') connection.seenReply = true;
      return { kind: 'tracked', connection, direction, state };
  }
}

/** Linux: resolve_normal_ct(). */
function stateOf({ connection, direction }: TableHit): 'NEW' | 'ESTABLISHED' | 'RELATED' {
  if (direction === 'reply' || connection.seenReply) return 'ESTABLISHED';
  return connection.expected ? 'RELATED' : 'NEW';
}

/** What a protocol's tracker refuses whatever its connection. Linux: tcp_error(), udp_error(). */
function refused(arrived: Arrived): boolean {
  const { transport } = arrived.packet;
  if (transport.kind === 'tcp' && !validTcpFlags(transport.flags)) return true;
  return transport.kind !== 'other' && isBroken(arrived);
}

/** A flowtable takes packets of such a connection past the hooks, which the model does not do. */
function nameOffload({ run, netns }: Arrived, { loadedFrom }: Connection): void {
  if (!loadedFrom?.offloaded) return;
  run.unsupported({
    construct: 'offloaded connection',
    where: netns.ref,
    source: loadedFrom.source,
  });
}

function newConnection(tuple: Tuple, zone: Zone): Connection {
  const hasStates = tuple.protocol === PROTOCOL.tcp || tuple.protocol === PROTOCOL.sctp;
  return {
    original: tuple,
    reply: invertTuple(tuple),
    seenReply: false,
    confirmed: false,
    dstNatDone: false,
    srcNatDone: false,
    mark: 0,
    labels: new Set(),
    zone,
    assured: false,
    expected: false,
    state: hasStates ? 'NONE' : null,
    loadedFrom: null,
  };
}

/**
 * Where the table was not collected, a datagram may belong to an entry that is older than the
 * rules: it keeps being sent untranslated. A SYN from a fresh port starts anew.
 */
function staleEntry(run: Run, netns: NetnsState, tuple: Tuple, zone: Zone): TableHit | null {
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
  const { transport, protocol } = packet;
  const { connection } = hit;
  switch (transport.kind) {
    case 'tcp':
      return advanceTcp(run, netns, hit, transport);
    case 'sctp':
      return advanceSctp(hit, transport);
    case 'icmp':
      return connection.confirmed || opensIcmpConnection(protocol, transport.type)
        ? 'ok'
        : 'invalid';
    case 'udp':
      // After an answer it is assured two seconds after its first packet, and no run takes that long.
      if (connection.seenReply && connection.loadedFrom && !connection.assured) {
        connection.assured = null;
      }
      return 'ok';
    case 'other':
      if (protocol === PROTOCOL.gre && connection.seenReply) connection.assured = true;
      return 'ok';
  }
}

/**
 * An ICMP error belongs to the connection of the packet it quotes, if it is sent to that packet's
 * sender. Linux: nf_conntrack_inet_error().
 */
function relate({ run, netns, packet, zone }: Arrived, error: IcmpHeader): CtAttachment {
  const quoted = error.quoted && tupleOf(error.quoted);
  if (!quoted) return INVALID;
  const hit = findConnection(run, netns, invertTuple(quoted), zone);
  if (!hit) return INVALID;
  const { connection, direction } = hit;
  const tuple = direction === 'original' ? connection.original : connection.reply;
  if (!sameAddress(tuple.destination, packet.destination)) return INVALID;
  return { kind: 'tracked', connection, direction, state: 'RELATED' };
}
