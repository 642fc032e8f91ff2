import {
  answerTo,
  freshSkb,
  icmpErrorPacket,
  isEchoRequest,
  offeredMss,
  reset,
  synAck,
} from '../kernel/answer.ts';
import { deviceNamed, ownsAddress } from '../kernel/device/find-device.ts';
import { type IcmpError, icmpError } from '../kernel/icmp-error.ts';
import { type Kernel, record } from '../kernel/kernel.ts';
import { findOutputRoute, sendLocal } from '../kernel/output.ts';
import { addressType } from '../kernel/routing/address-type.ts';
import type { OutputKey } from '../kernel/routing/lookup.ts';
import { routeOutput } from '../kernel/routing/output-route.ts';
import { selectSource6 } from '../kernel/routing/source-address6.ts';
import type { CtAttachment, Skb } from '../kernel/skb.ts';
import { findListener } from '../kernel/socket.ts';
import { acceptedMark, replyMark } from '../kernel/sysctl-lookup.ts';
import { hopLimit } from '../kernel/sysctl-lookup6.ts';
import { isAny, isLoopback, isMulticast } from '../packet/address.ts';
import { isLinkLocal } from '../packet/ipv6-type.ts';
import { type Packet, ports } from '../packet/packet.ts';
import { comeIn } from './come-in.ts';
import {
  type Crossing,
  droppedAt,
  type InjectedAnswer,
  type PacketEnd,
  passage,
} from './passage.ts';
import type { PacketKind } from './trace.ts';

/** What a namespace answers to a packet it took. */
export interface Reply {
  readonly kind: PacketKind;
  /** `accepted`: a socket has the packet. `refused`: nobody listens. */
  readonly request: 'accepted' | 'refused';
  /** Why it was refused, if not because nobody listens. */
  readonly dropReason?: string;
  readonly crossing: Crossing;
  /** The socket that a TCP connection has from now on. */
  readonly accepted?: AcceptedSocket;
}

/** What the packets of a socket have, beside their headers. */
export interface AcceptedSocket {
  readonly mark: number;
  readonly boundDevice: string | null;
  readonly uid: number | null;
  /** The device its packets come by. */
  readonly came: string;
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
 * what would answer. Linux: tcp_v4_rcv(), __udp4_lib_rcv(), icmp_echo(), icmpv6_echo_reply().
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
      if (!isEchoRequest(packet)) return null;
      return {
        kind: 'echo-reply',
        request: 'accepted',
        crossing: sendReply(kernel, answerTo(packet), {
          mark: reflected(kernel, skb),
          // IPv6 prefers the way by which the question came.
          camePreferred: boundTo,
        }),
      };
    case 'tcp':
    case 'udp': {
      if (t.kind === 'tcp' && isAnycast(kernel, packet)) {
        record(kernel, skb, { kind: 'drop', reason: 'NOT_SPECIFIED', at: 'anycast' }, { iif });
        return {
          kind: 'rst',
          request: 'refused',
          dropReason: 'NOT_SPECIFIED',
          crossing: droppedAt(kernel, skb, 'NOT_SPECIFIED'),
        };
      }
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
        const { run, netns } = kernel;
        const mark = t.kind === 'tcp' ? acceptedMark(netns, skb.mark, run.decider) : 0;
        const { device: boundDevice, uid } = found;
        const accepted: AcceptedSocket = { mark, boundDevice, uid, came: boundTo };
        record(kernel, skb, { kind: 'deliver', socket: 'listening' }, { iif });
        record(kernel, skb, { kind: 'socket', operation: 'accept' }, { iif });
        return t.kind === 'tcp'
          ? {
              kind: 'syn-ack',
              request: 'accepted',
              crossing: sendFromAccepted(kernel, synAck(packet, 0), accepted),
              accepted,
            }
          : {
              kind: 'answer',
              request: 'accepted',
              crossing: sendFromAccepted(kernel, answerTo(packet), accepted),
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
            crossing: refuseSegment(kernel, skb, boundTo, iif === 'lo' && sentBy === 'lo'),
          }
        : {
            kind: 'icmp-error',
            request: 'refused',
            crossing: sendIcmp(
              kernel,
              icmpError(packet.source.family, 'port-unreachable'),
              // The datagram is let go of by conntrack first. Linux: __udp4_lib_rcv(), nf_reset_ct().
              { ...skb, ct: { kind: 'none' } },
              { ...(iif === 'lo' ? ({ routed: 'loopback' } as const) : {}), iif: boundTo },
            ),
          };
    }
    case 'sctp':
    case 'other':
      return null;
  }
}

/** Where an end's packet came from and its route led. */
type Way = Pick<Extract<PacketEnd, { readonly kind: 'dropped' }>, 'routed' | 'iif'>;

/** No TCP connection is made to an address that several hosts may have. Linux: tcp_v6_conn_request(). */
function isAnycast({ netns, run }: Kernel, { destination }: Packet): boolean {
  if (destination.family !== 6) return false;
  return addressType(netns, destination, null, run.decider) === 'anycast';
}

/** The answer to a packet that was refused on its way: an ICMP error or a reset. */
export function refusal(
  kernel: Kernel,
  answer: IcmpError | InjectedAnswer | 'tcp-reset',
  about: Skb,
  way: Way,
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
    'device' in answer ? inject(kernel, answer) : sendIcmp(kernel, answer, about, way);
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
  return comeIn(kernel, { skb: freshSkb(packet), iif: device });
}

function reflected({ netns, run }: Kernel, { packet, mark }: Skb): number {
  return replyMark(netns, packet.source.family, mark, run.decider);
}

/**
 * A segment that no socket takes is answered by a reset, unless it is here only because a socket was
 * bound to the loopback device: its route was no local one, also to an address of another device.
 * Linux: tcp_v4_send_reset().
 */
function refuseSegment(kernel: Kernel, skb: Skb, came: string, sentByLoopback: boolean): Crossing {
  const { netns, run } = kernel;
  const device = sentByLoopback ? 'lo' : null;
  const type = addressType(netns, skb.packet.destination, device, run.decider);
  return type === 'local'
    ? sendReply(
        kernel,
        { ...reset(skb.packet), tos: skb.packet.tos },
        { mark: reflected(kernel, skb), came },
      )
    : droppedAt(kernel, skb, 'NO_SOCKET');
}

/** `uid`: of the socket that sends; what the kernel sends is root's. Linux: sock_net_uid(). */
function outputKey(
  { packet, mark }: Skb,
  source: OutputKey['source'],
  any: boolean,
  uid: number | null = 0,
): OutputKey {
  return {
    destination: packet.destination,
    source,
    oif: null,
    mark,
    tos: packet.tos,
    protocol: packet.protocol,
    ...ports(packet),
    uid,
    anySource: any,
  };
}

/** How an answer is sent. */
interface Sending {
  readonly mark: number;
  readonly ct?: CtAttachment;
  /** A socket of a process sends it, and rules see its owner, when it is known. */
  readonly fromSocket?: { readonly uid: number | null };
  /** SO_BINDTODEVICE of that socket. */
  readonly boundDevice?: string | null;
  /** The source need not be an address of ours. */
  readonly anySource?: boolean;
  /** The device the question came by: an answer to a link-local address has to leave by it. */
  readonly came?: string;
  /** The same, and IPv6 prefers it also for other addresses. */
  readonly camePreferred?: string;
}

/**
 * The device that an IPv6 answer has to leave by, or should. A reset takes also what is sent to ::1 for scoped, and
 * misses it by that. Linux: tcp_v6_init_req(), tcp_v6_send_response(), icmpv6_echo_reply().
 */
function scoped(
  { destination, transport }: Packet,
  { came, camePreferred }: Sending,
): Partial<Pick<OutputKey, 'oif' | 'anyDevice'>> {
  if (destination.family !== 6) return {};
  const device = camePreferred ?? came;
  if (device === undefined) return {};
  if (isLinkLocal(destination)) return { oif: device };
  const isReset = transport.kind === 'tcp' && transport.flags.rst;
  if (isLoopback(destination)) return isReset ? { oif: device } : {};
  return camePreferred === undefined ? {} : { oif: camePreferred, anyDevice: true };
}

/** Sends a packet whose source is given. */
function sendReply(kernel: Kernel, draft: Packet, sending: Sending): Crossing {
  const { mark, ct = { kind: 'none' }, anySource = false, boundDevice = null } = sending;
  const asked = freshSkb(draft, mark);
  const route = findOutputRoute(kernel, asked, {
    ...outputKey(asked, draft.source, anySource, sending.fromSocket ? sending.fromSocket.uid : 0),
    oif: boundDevice,
    ...(boundDevice === null && draft.destination.family === 6 ? scoped(draft, sending) : {}),
  });
  if (route.kind === 'error') {
    record(kernel, asked, { kind: 'drop', reason: 'IP_OUTNOROUTES', at: route.errno });
    return droppedAt(kernel, asked, 'IP_OUTNOROUTES');
  }
  const { family } = draft.source;
  const ttl = family === 6 ? hopLimit(kernel.netns, route.device) : draft.ttl;
  const packet: Packet =
    draft.transport.kind === 'tcp' && draft.transport.mss !== undefined
      ? { ...draft, ttl, transport: { ...draft.transport, mss: offeredMss(route, family) } }
      : { ...draft, ttl };
  const skb = { ...freshSkb(packet, mark), ct };
  record(kernel, skb, { kind: 'socket', operation: 'reply' }, { oif: route.device });
  const socket = sending.fromSocket ? { ...sending.fromSocket, isClients: false } : null;
  return passage(kernel, sendLocal(kernel, { skb, route, boundDevice, socket }));
}

/** Sends a packet of a connection that a socket of this namespace accepted. */
export function sendFromAccepted(
  kernel: Kernel,
  packet: Packet,
  accepted: AcceptedSocket,
): Crossing {
  return sendReply(kernel, packet, { ...accepted, fromSocket: { uid: accepted.uid } });
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
  { routed, iif = '' }: Way,
): Crossing {
  const { packet } = about;
  if (packet.source.family === 6) {
    // ::1 that was sent out by another device is not what it is there.
    const isOwn = ownsAddress(kernel.netns, packet.destination);
    const own = isOwn && !(routed === 'out' && isLoopback(packet.destination));
    return sendIcmp6(kernel, error, about, { iif, own });
  }
  const isLocal =
    routed === 'loopback' ||
    (routed === undefined && ownsAddress(kernel.netns, packet.destination));
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
 * The same for IPv6: the source is the address the packet was sent to where that is ours, else what the
 * route back says, else one that suits the device by which the packet came. Linux: icmp6_send().
 */
function sendIcmp6(
  kernel: Kernel,
  error: IcmpError,
  about: Skb,
  sent: { readonly iif: string; readonly own: boolean },
): Crossing {
  const { iif } = sent;
  const { netns, run } = kernel;
  const { source, destination } = about.packet;
  if (source.family !== 6 || isMulticast(source) || isAny(source)) {
    return droppedAt(kernel, about, 'NOT_SPECIFIED');
  }
  const draft = icmpErrorPacket(error, about.packet, destination);
  const asked = freshSkb(draft, reflected(kernel, about));
  const device = isLinkLocal(source) && iif !== '' ? iif : null;
  const key = { ...outputKey(asked, null, false), oif: device };
  let own = sent.own ? destination : null;
  if (own === null && iif !== '') {
    const back = routeOutput(netns, key, run.decider);
    if (back.kind === 'error' || back.sourceChoice !== 'route-prefsrc') {
      own = selectSource6(netns, iif, source, run.decider)?.address ?? null;
    }
  }
  const route = findOutputRoute(kernel, asked, {
    ...key,
    source: own,
    ...(own && !isLinkLocal(source) ? { anyDevice: true as const } : {}),
  });
  if (route.kind === 'error') return droppedAt(kernel, asked, 'IP_OUTNOROUTES');
  const skb: Skb = {
    ...asked,
    packet: { ...draft, source: route.source, ttl: hopLimit(netns, route.device) },
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
