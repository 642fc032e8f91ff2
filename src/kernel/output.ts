import { formatAddress } from '../packet/address.ts';
import { netnsKey } from '../packet/place.ts';
import { PROTOCOL } from '../packet/protocol.ts';
import { type Departure, dropped } from './departure.ts';
import { endedByHook } from './hook-departure.ts';
import { tooBig } from './icmp-error.ts';
import { type Kernel, record } from './kernel.ts';
import { type HookPass, runHook } from './netfilter/run-hook.ts';
import type { OutputKey, OutputRoute } from './routing/lookup.ts';
import { routeConnect, routeOutput } from './routing/output-route.ts';
import { reroute } from './routing/reroute.ts';
import type { Skb } from './skb.ts';

type FoundRoute = Extract<OutputRoute, { readonly kind: 'route' }>;

/** The socket that a packet is sent by. */
export interface SendingSocket {
  /** Its owner; null when not known. */
  readonly uid: number | null;
  /** Whether the flow's client has it, whose call fails with what a hook says. */
  readonly isClients: boolean;
}

/** A packet that a process or the kernel of this namespace sends. */
export interface LocalSend {
  readonly skb: Skb;
  readonly route: FoundRoute;
  /** SO_BINDTODEVICE of the socket. */
  readonly boundDevice: string | null;
  readonly socket: SendingSocket | null;
  /**
   * The device that an encapsulated packet was sent on, or that one which IPVS sends on came in by:
   * POSTROUTING sees it as the input device. Linux: ip_output(), skb->dev.
   */
  readonly encapsulatedOn?: string;
}

/**
 * Looks a route up for a packet of a local sender and records it.
 * Linux: ip_route_output_key_hash_rcu(), before any hook.
 */
export function findOutputRoute(kernel: Kernel, skb: Skb, key: OutputKey): OutputRoute {
  const found = routeOutput(kernel.netns, key, kernel.run.decider);
  recordRoute(kernel, skb, found, 'output');
  return found;
}

/** The route of a connecting socket, which also fixes its source address. */
export function findConnectRoute(kernel: Kernel, skb: Skb, key: OutputKey): OutputRoute {
  const found = routeConnect(kernel.netns, key, kernel.run.decider);
  recordRoute(kernel, skb, found, 'output');
  return found;
}

function recordRoute(
  kernel: Kernel,
  skb: Skb,
  found: OutputRoute,
  purpose: 'output' | 'reroute',
): void {
  const source = found.route?.source ?? null;
  if (found.kind === 'error') {
    record(
      kernel,
      skb,
      {
        kind: 'route',
        purpose,
        result: 'error',
        table: found.route?.table ?? null,
        gateway: null,
        device: '',
        text: found.errno,
      },
      { source },
    );
    return;
  }
  record(
    kernel,
    skb,
    {
      kind: 'route',
      purpose,
      result: found.type,
      table: found.table,
      gateway: found.gateway,
      device: found.device,
      text: describeRoute(found),
    },
    { oif: found.device, source },
  );
}

/** A route as `ip route get` words it. */
export function describeRoute(route: {
  readonly device: string;
  readonly gateway: FoundRoute['gateway'];
}): string {
  const via = route.gateway ? `via ${formatAddress(route.gateway)} ` : '';
  return `${via}dev ${route.device}`;
}

/**
 * From a local sender to a device: OUTPUT with its reroutes, POSTROUTING, MTU.
 * Linux: __ip_local_out(), ip_output(), ip_finish_output().
 */
export function sendLocal(kernel: Kernel, send: LocalSend): Departure {
  let route = send.route;
  const pass: HookPass = {
    hook: 'output',
    iif: '',
    // Fixed when the traversal starts: later tables still see it after a reroute.
    oif: route.device,
    localSocket: send.socket,
    reroute: (skb) => {
      const { boundDevice, socket } = send;
      const sending = { boundDevice, device: route.device, uid: socket ? socket.uid : 0 };
      const found = reroute(kernel.netns, skb, sending, kernel.run.decider);
      recordRoute(kernel, skb, found, 'reroute');
      if (found.kind === 'error') return found.errno;
      route = found;
      return null;
    },
  };
  const outcome = runHook(kernel, send.skb, pass);
  if (outcome.kind === 'sent-on') {
    return sendLocal(kernel, { ...send, skb: outcome.skb, route: outcome.route });
  }
  const datagram = tellsSender(send.skb.packet);
  const ended = endedByHook(
    kernel,
    outcome,
    pass,
    send.socket?.isClients && datagram ? 'EPERM' : null,
  );
  // The hook keeps the device it began with; an answer goes by the route of now.
  if (ended?.kind === 'dropped') return { ...ended, overLoopback: route.device === 'lo' };
  if (ended) return ended;
  return finishOutput(kernel, {
    skb: outcome.skb,
    iif: send.encapsulatedOn ?? '',
    device: route.device,
    nexthop: route.gateway ?? outcome.skb.packet.destination,
    mtu: route.mtu,
    type: route.type,
    socket: send.socket,
    local: true,
  });
}

/**
 * Whether a call that sends a packet fails with what the hooks say: not that of TCP, and of IPv6 not that of
 * ping. Linux: icmpv6_push_pending_frames() throws the error away.
 */
function tellsSender({ protocol }: Skb['packet']): boolean {
  return protocol !== PROTOCOL.tcp && protocol !== PROTOCOL.icmpv6;
}

/** A routed packet on its way out, local or forwarded. */
export interface Outgoing {
  readonly skb: Skb;
  /** Input device of a forwarded packet, '' for a local one. */
  readonly iif: string;
  /** The device by which errors are answered; absent is `iif`. */
  readonly cameBy?: string;
  readonly device: string;
  readonly nexthop: Skb['packet']['destination'];
  readonly mtu: number;
  readonly type: FoundRoute['type'];
  readonly socket: SendingSocket | null;
  readonly local: boolean;
}

/** POSTROUTING, then the size check. Linux: ip_output(), __ip_finish_output(). */
export function finishOutput(kernel: Kernel, out: Outgoing): Departure {
  const pass: HookPass = {
    hook: 'postrouting',
    iif: out.iif,
    oif: out.device,
    localSocket: out.socket,
    reroute: null,
  };
  const outcome = runHook(kernel, out.skb, pass);
  const datagram = tellsSender(out.skb.packet);
  const ended = endedByHook(
    kernel,
    outcome,
    pass,
    out.socket?.isClients && datagram ? 'EPERM' : null,
  );
  if (ended) return ended;
  const whole = outcome.skb;
  const { length, dontFragment } = whole.packet;
  // Linux: ip_fragment(). What came in smaller pieces leaves in such.
  const skb: Skb =
    length > out.mtu ? { ...whole, piece: Math.min(out.mtu, whole.piece ?? out.mtu) } : whole;
  if (length > out.mtu && dontFragment) {
    record(kernel, skb, { kind: 'mtu', mtu: out.mtu, length }, { oif: out.device });
    return {
      ...dropped(skb, 'PKT_TOO_BIG', `mtu ${out.mtu} of ${out.device}`),
      answer: tooBig(skb.packet.source.family, out.mtu),
      errno: out.local ? 'EMSGSIZE' : null,
    };
  }
  if (out.type === 'broadcast' || out.type === 'multicast') {
    kernel.run.unsupported({
      construct: `${out.type} destination`,
      where: kernel.netns.ref,
      source: null,
    });
    return { kind: 'unknown', at: `${out.type} on ${netnsKey(kernel.netns.ref)}`, skb };
  }
  return {
    kind: 'transmit',
    device: out.device,
    nexthop: out.nexthop,
    skb,
    iif: out.cameBy ?? out.iif,
    ...(out.socket ? { socket: { uid: out.socket.uid } } : {}),
  };
}
