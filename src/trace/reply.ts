import {
  answerTo,
  freshSkb,
  ICMP_PORT_UNREACHABLE,
  type IcmpError,
  icmpErrorPacket,
  mssOf,
  reset,
  synAck,
} from '../kernel/answer.ts';
import { ownsAddress } from '../kernel/device/find-device.ts';
import { type Kernel, record } from '../kernel/kernel.ts';
import { findOutputRoute, sendLocal } from '../kernel/output.ts';
import type { OutputKey } from '../kernel/routing/lookup.ts';
import type { CtAttachment, Skb } from '../kernel/skb.ts';
import { findListener } from '../kernel/socket.ts';
import { type Packet, ports } from '../packet/packet.ts';
import { type Crossing, droppedAt, passage } from './passage.ts';
import type { PacketKind } from './trace.ts';

/** What a namespace answers to a packet it took. */
export interface Reply {
  readonly kind: PacketKind;
  /** `accepted`: a socket has the packet. `refused`: nobody listens. */
  readonly request: 'accepted' | 'refused';
  readonly crossing: Crossing;
}

/**
 * The answer of a namespace to a request that reached it, or null when the model does not know
 * what would answer. Linux: tcp_v4_rcv(), __udp4_lib_rcv(), icmp_echo().
 */
export function replyTo(kernel: Kernel, skb: Skb, iif: string): Reply | null {
  const { packet } = skb;
  const t = packet.transport;
  switch (t.kind) {
    case 'icmp':
      if (t.type !== 8) return null;
      return {
        kind: 'echo-reply',
        request: 'accepted',
        crossing: sendReply(kernel, answerTo(packet)),
      };
    case 'tcp':
    case 'udp': {
      const found = findListener(
        kernel.netns,
        { protocol: t.kind, address: packet.destination, port: t.dport, device: iif },
        kernel.run.decider,
      );
      if (found === 'listening') {
        record(kernel, skb, { kind: 'deliver', socket: 'listening' }, { iif });
        record(kernel, skb, { kind: 'socket', operation: 'accept' }, { iif });
        return {
          kind: t.kind === 'tcp' ? 'syn-ack' : 'answer',
          request: 'accepted',
          crossing: sendReply(kernel, t.kind === 'tcp' ? synAck(packet, 0) : answerTo(packet)),
        };
      }
      record(
        kernel,
        skb,
        { kind: 'drop', reason: 'NO_SOCKET', at: `no ${t.kind} listener on port ${t.dport}` },
        { iif },
      );
      return t.kind === 'tcp'
        ? { kind: 'rst', request: 'refused', crossing: sendReply(kernel, reset(packet)) }
        : {
            kind: 'icmp-error',
            request: 'refused',
            crossing: sendIcmp(kernel, ICMP_PORT_UNREACHABLE, skb),
          };
    }
    case 'sctp':
    case 'other':
      return null;
  }
}

/** The answer to a packet that was refused on its way: an ICMP error or a reset. */
export function refusal(
  kernel: Kernel,
  answer: IcmpError | 'tcp-reset',
  about: Skb,
): { readonly kind: PacketKind; readonly crossing: Crossing } {
  return answer === 'tcp-reset'
    ? { kind: 'rst', crossing: sendReply(kernel, reset(about.packet), errorAttachment(about)) }
    : { kind: 'icmp-error', crossing: sendIcmp(kernel, answer, about) };
}

function outputKey(packet: Packet, source: OutputKey['source'], any: boolean): OutputKey {
  return {
    destination: packet.destination,
    source,
    oif: null,
    mark: 0,
    tos: packet.tos,
    protocol: packet.protocol,
    ...ports(packet),
    uid: null,
    anySource: any,
  };
}

/** Sends a packet whose source is given. A reset of a REJECT rule has a foreign source. */
function sendReply(kernel: Kernel, draft: Packet, ct: CtAttachment = { kind: 'none' }): Crossing {
  const foreign = !ownsAddress(kernel.netns, draft.source);
  const asked = freshSkb(draft);
  const route = findOutputRoute(kernel, asked, outputKey(draft, draft.source, foreign));
  if (route.kind === 'error') {
    record(kernel, asked, { kind: 'drop', reason: 'IP_OUTNOROUTES', at: route.errno });
    return droppedAt(kernel, asked, 'IP_OUTNOROUTES');
  }
  const packet: Packet =
    draft.transport.kind === 'tcp' && draft.transport.mss !== undefined
      ? { ...draft, transport: { ...draft.transport, mss: mssOf(route.mtu) } }
      : draft;
  const skb = { ...freshSkb(packet), ct };
  record(kernel, skb, { kind: 'socket', operation: 'reply' }, { oif: route.device });
  return passage(kernel, sendLocal(kernel, { skb, route, boundDevice: null, socket: null }));
}

/**
 * Sends an ICMP error. Its source is the address the packet was sent to, when that is one of
 * ours, else the one the route back chooses. Linux: __icmp_send().
 */
function sendIcmp(kernel: Kernel, error: IcmpError, about: Skb): Crossing {
  const { packet } = about;
  const own = ownsAddress(kernel.netns, packet.destination) ? packet.destination : null;
  const draft = icmpErrorPacket(error, packet, packet.destination);
  const asked = freshSkb(draft);
  const route = findOutputRoute(kernel, asked, outputKey(draft, own, false));
  if (route.kind === 'error') return droppedAt(kernel, asked, 'IP_OUTNOROUTES');
  const skb: Skb = {
    ...freshSkb({ ...draft, source: route.source }),
    ct: errorAttachment(about),
  };
  record(kernel, skb, { kind: 'socket', operation: 'reply' }, { oif: route.device });
  return passage(kernel, sendLocal(kernel, { skb, route, boundDevice: null, socket: null }));
}

/**
 * An error is tied to the connection of the packet it is about, even where that packet is dropped
 * before its entry is in the table. Linux: nf_conntrack_attach(), from icmp_glue_bits() and
 * nf_send_reset().
 */
function errorAttachment({ ct }: Skb): CtAttachment {
  if (ct.kind !== 'tracked') return { kind: 'none' };
  return {
    kind: 'tracked',
    connection: ct.connection,
    direction: ct.direction === 'original' ? 'reply' : 'original',
    state: 'RELATED',
  };
}
