import { frameType } from '../packet/mac.ts';
import { type Departure, dropped } from './departure.ts';
import { forwardRefusal6 } from './forward6.ts';
import { endedByHook } from './hook-departure.ts';
import { icmpError, tooBig } from './icmp-error.ts';
import { type Kernel, record } from './kernel.ts';
import { type HookPass, runHook } from './netfilter/run-hook.ts';
import { finishOutput } from './output.ts';
import { IPV6_MIN_MTU } from './routing/device-facts.ts';
import type { InputRoute } from './routing/lookup.ts';
import type { Skb } from './skb.ts';

/** A packet that is not for this namespace, with its route. */
export interface Transit {
  readonly skb: Skb;
  readonly iif: string;
  /** The device by which errors are answered: mostly the same. */
  readonly cameBy: string;
  readonly route: Extract<InputRoute, { readonly kind: 'forward' }>;
}

/**
 * From one device to another: TTL, size, FORWARD, POSTROUTING. The hooks see the decremented
 * TTL. Linux: ip_forward(), ip_forward_finish(), ip6_forward().
 */
export function forward(kernel: Kernel, transit: Transit): Departure {
  const { iif, route, cameBy } = transit;
  const place = { iif, oif: route.device };
  const { packet } = transit.skb;
  const { family } = packet.source;
  const { destinationMac } = transit.skb;
  // Only what was sent to this host alone is passed on.
  if (destinationMac !== null && frameType(destinationMac) !== 'unicast') {
    const at = `frame to ${destinationMac}`;
    record(kernel, transit.skb, { kind: 'drop', reason: 'NOT_SPECIFIED', at }, place);
    return dropped(transit.skb, 'NOT_SPECIFIED', at);
  }
  if (family === 6) {
    const refused = forwardRefusal6(kernel, transit);
    if (refused) return { ...refused, iif: cameBy };
  }
  if (packet.ttl <= 1) {
    record(kernel, transit.skb, { kind: 'drop', reason: 'IP_INHDR', at: 'ttl expired' }, place);
    return {
      ...dropped(transit.skb, 'IP_INHDR', 'ttl expired'),
      answer: icmpError(family, 'time-exceeded'),
      iif: cameBy,
    };
  }
  // Of IPv6 only the sender makes fragments.
  const mtu = family === 6 ? Math.max(route.mtu, IPV6_MIN_MTU) : route.mtu;
  if (packet.length > mtu && (packet.dontFragment || family === 6)) {
    record(kernel, transit.skb, { kind: 'mtu', mtu, length: packet.length }, place);
    return {
      ...dropped(transit.skb, 'PKT_TOO_BIG', `mtu ${mtu} of ${route.device}`),
      answer: tooBig(family, mtu),
      iif: cameBy,
    };
  }
  const skb: Skb = { ...transit.skb, packet: { ...packet, ttl: packet.ttl - 1 } };
  record(
    kernel,
    skb,
    { kind: 'forward', ttl: skb.packet.ttl },
    { ...place, before: transit.skb, source: route.route?.source ?? null },
  );
  const pass: HookPass = { hook: 'forward', ...place, localSocket: null, reroute: null };
  const outcome = runHook(kernel, skb, pass);
  const ended = endedByHook(kernel, outcome, pass, null);
  if (ended) return ended.kind === 'dropped' ? { ...ended, iif: cameBy } : ended;
  return finishOutput(kernel, {
    skb: outcome.skb,
    iif,
    cameBy,
    device: route.device,
    nexthop: route.gateway ?? outcome.skb.packet.destination,
    mtu: route.mtu,
    type: 'unicast',
    socket: null,
    local: false,
  });
}
