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
import { deviceNamed, ownsAddress } from '../kernel/device/find-device.ts';
import { receive } from '../kernel/input.ts';
import { type Kernel, record } from '../kernel/kernel.ts';
import { findOutputRoute, sendLocal } from '../kernel/output.ts';
import { addressType } from '../kernel/routing/address-type.ts';
import type { OutputKey } from '../kernel/routing/lookup.ts';
import type { CtAttachment, Skb } from '../kernel/skb.ts';
import { findListener } from '../kernel/socket.ts';
import { acceptedMark, replyMark } from '../kernel/sysctl-lookup.ts';
import { type Packet, ports } from '../packet/packet.ts';
import { type Crossing, droppedAt, type InjectedAnswer, passage } from './passage.ts';
import type { PacketKind } from './trace.ts';

/** What a namespace answers to a packet it took. */
export interface Reply {
  readonly kind: PacketKind;
  /** `accepted`: a socket has the packet. `refused`: nobody listens. */
  readonly request: 'accepted' | 'refused';
  readonly crossing: Crossing;
}

/** How a request came to the namespace that answers it. */
interface ReachedHere {
  readonly iif: string;
  /** The device that listening sockets take it for, when they are bound to one. */
  readonly boundTo: string;
  /** The device to which the client's socket is bound. */
  readonly sentBy: string | null;
}

/**
 * The answer of a namespace to a request that reached it, or null when the model does not know
 * what would answer. Linux: tcp_v4_rcv(), __udp4_lib_rcv(), icmp_echo().
 */
export function replyTo(
  kernel: Kernel,
  skb: Skb,
  { iif, boundTo, sentBy }: ReachedHere,
): Reply | null {
  const { packet } = skb;
  const t = packet.transport;
  switch (t.kind) {
    case 'icmp':
      if (t.type !== 8) return null;
      return {
        kind: 'echo-reply',
        request: 'accepted',
        crossing: sendReply(kernel, answerTo(packet), { mark: reflected(kernel, skb) }),
      };
    case 'tcp':
    case 'udp': {
      const found = findListener(
        kernel.netns,
        {
          protocol: t.kind,
          address: packet.destination,
          port: t.dport,
          // Who is bound to the loopback device has no local route, whose device would count.
          device: iif === 'lo' && sentBy === 'lo' ? 'lo' : boundTo,
        },
        kernel.run.decider,
      );
      if (found) {
        const socket = { fromSocket: true, boundDevice: found.device } as const;
        record(kernel, skb, { kind: 'deliver', socket: 'listening' }, { iif });
        record(kernel, skb, { kind: 'socket', operation: 'accept' }, { iif });
        return {
          kind: t.kind === 'tcp' ? 'syn-ack' : 'answer',
          request: 'accepted',
          crossing:
            t.kind === 'tcp'
              ? sendReply(kernel, synAck(packet, 0), {
                  mark: acceptedMark(kernel.netns, skb.mark, kernel.run.decider),
                  ...socket,
                })
              : sendReply(kernel, answerTo(packet), { mark: 0, ...socket }),
        };
      }
      record(
        kernel,
        skb,
        { kind: 'drop', reason: 'NO_SOCKET', at: `no ${t.kind} listener on port ${t.dport}` },
        { iif },
      );
      return t.kind === 'tcp'
        ? {
            kind: 'rst',
            request: 'refused',
            crossing: refuseSegment(kernel, skb, iif === 'lo' && sentBy === 'lo'),
          }
        : {
            kind: 'icmp-error',
            request: 'refused',
            crossing: sendIcmp(
              kernel,
              ICMP_PORT_UNREACHABLE,
              // The datagram is let go of by conntrack first. Linux: __udp4_lib_rcv(), nf_reset_ct().
              { ...skb, ct: { kind: 'none' } },
              iif === 'lo' ? 'loopback' : null,
            ),
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
  answer: IcmpError | InjectedAnswer | 'tcp-reset',
  about: Skb,
  routed: 'out' | 'loopback' | null,
): { readonly kind: PacketKind; readonly crossing: Crossing } {
  const extras = {
    mark: reflected(kernel, about),
    ct: errorAttachment(about),
    // The reset of a rule has the source that the packet was sent to. Linux: nf_send_reset().
    anySource: !ownsAddress(kernel.netns, about.packet.destination),
  };
  if (answer === 'tcp-reset') {
    const asFrame = resetByPort(kernel, about);
    if (asFrame) return { kind: 'rst', crossing: asFrame };
    return { kind: 'rst', crossing: sendReply(kernel, reset(about.packet), extras) };
  }
  const crossing =
    'device' in answer ? inject(kernel, answer) : sendIcmp(kernel, answer, about, routed);
  return { kind: 'icmp-error', crossing };
}

/**
 * A rule's reset for a packet whose bridge port br_netfilter noted leaves by that port: it meets no
 * hook and is not translated back. Null for other packets. Linux: nf_send_reset(), br_indev.
 */
function resetByPort(kernel: Kernel, about: Skb): Crossing | null {
  const port = about.physin;
  const bridge = port === null ? null : (deviceNamed(kernel.netns, port)?.master ?? null);
  if (port === null || bridge === null) return null;
  const target = { kind: 'owner', address: about.packet.source } as const;
  const skb = freshSkb(reset(about.packet));
  return passage(kernel, { kind: 'bridged', bridge, port, target, skb });
}

function inject(kernel: Kernel, { device, packet }: InjectedAnswer): Crossing {
  const arrival = { skb: freshSkb(packet), iif: device, looped: false, prerouted: false };
  return passage(kernel, receive(kernel, arrival));
}

function reflected({ netns, run }: Kernel, { mark }: Skb): number {
  return replyMark(netns, mark, run.decider);
}

/**
 * A segment that no socket takes is answered by a reset, unless it is here only because a socket was
 * bound to the loopback device: its route was no local one, also to an address of another device.
 * Linux: tcp_v4_send_reset().
 */
function refuseSegment(kernel: Kernel, skb: Skb, sentByLoopback: boolean): Crossing {
  const { netns, run } = kernel;
  const device = sentByLoopback ? 'lo' : null;
  const type = addressType(netns, skb.packet.destination, device, run.decider);
  return type === 'local'
    ? sendReply(
        kernel,
        { ...reset(skb.packet), tos: skb.packet.tos },
        { mark: reflected(kernel, skb) },
      )
    : droppedAt(kernel, skb, 'NO_SOCKET');
}

function outputKey({ packet, mark }: Skb, source: OutputKey['source'], any: boolean): OutputKey {
  return {
    destination: packet.destination,
    source,
    oif: null,
    mark,
    tos: packet.tos,
    protocol: packet.protocol,
    ...ports(packet),
    uid: null,
    anySource: any,
  };
}

/** How an answer is sent. */
interface Sending {
  readonly mark: number;
  readonly ct?: CtAttachment;
  /** A socket of a process sends it, and rules see its owner. */
  readonly fromSocket?: true;
  /** SO_BINDTODEVICE of that socket. */
  readonly boundDevice?: string | null;
  /** The source need not be an address of ours. */
  readonly anySource?: boolean;
}

/** Sends a packet whose source is given. */
function sendReply(kernel: Kernel, draft: Packet, sending: Sending): Crossing {
  const { mark, ct = { kind: 'none' }, anySource = false, boundDevice = null } = sending;
  const asked = freshSkb(draft, mark);
  const route = findOutputRoute(kernel, asked, {
    ...outputKey(asked, draft.source, anySource),
    oif: boundDevice,
  });
  if (route.kind === 'error') {
    record(kernel, asked, { kind: 'drop', reason: 'IP_OUTNOROUTES', at: route.errno });
    return droppedAt(kernel, asked, 'IP_OUTNOROUTES');
  }
  const packet: Packet =
    draft.transport.kind === 'tcp' && draft.transport.mss !== undefined
      ? { ...draft, transport: { ...draft.transport, mss: mssOf(route.mtu) } }
      : draft;
  const skb = { ...freshSkb(packet, mark), ct };
  record(kernel, skb, { kind: 'socket', operation: 'reply' }, { oif: route.device });
  const socket = sending.fromSocket ? { uid: null, isClients: false } : null;
  return passage(kernel, sendLocal(kernel, { skb, route, boundDevice, socket }));
}

/**
 * Sends an ICMP error. Its source is the address the packet was sent to, when the packet was routed
 * to us (by the loopback device, even an address that is not ours, which then cannot send), else the one the
 * route back chooses. Linux: __icmp_send(), RTCF_LOCAL.
 */
function sendIcmp(
  kernel: Kernel,
  error: IcmpError,
  about: Skb,
  routed: 'out' | 'loopback' | null,
): Crossing {
  const { packet } = about;
  const isLocal =
    routed === 'loopback' || (routed === null && ownsAddress(kernel.netns, packet.destination));
  const own = isLocal ? packet.destination : null;
  const draft = icmpErrorPacket(error, packet, packet.destination);
  const asked = freshSkb(draft, reflected(kernel, about));
  const route = findOutputRoute(kernel, asked, outputKey(asked, own, false));
  if (route.kind === 'error') return droppedAt(kernel, asked, 'IP_OUTNOROUTES');
  const skb: Skb = {
    ...asked,
    packet: { ...draft, source: route.source },
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
