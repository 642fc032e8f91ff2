import type { Errno } from '../linux/errno.ts';
import { sameAddress } from '../packet/address.ts';
import { type Departure, dropped } from './departure.ts';
import { deviceWithAddress } from './device/find-device.ts';
import { forward } from './forward.ts';
import { endedByHook } from './hook-departure.ts';
import { type IcmpError, icmpError } from './icmp-error.ts';
import { type Kernel, record } from './kernel.ts';
import { type HookPass, runHook } from './netfilter/run-hook.ts';
import { sendLocal } from './output.ts';
import { routeInput } from './routing/input-route.ts';
import { refusedOnArrival6 } from './routing/input-route6.ts';
import type { InputRoute, SourceValidation } from './routing/lookup.ts';
import type { Skb } from './skb.ts';

/** How a packet reached the IP layer. */
export interface Arrival {
  readonly skb: Skb;
  readonly iif: string;
  /**
   * A packet that was looped back keeps the route it was sent with: no second lookup and no
   * source validation, unless PREROUTING changed its destination.
   */
  readonly looped: boolean;
  /** br_netfilter already ran PREROUTING for this frame. Linux: ip_sabotage_in(). */
  readonly prerouted: boolean;
  /**
   * IPv6: the device by which errors are answered, where it is not the input device: br_netfilter routed the
   * translated frame before. Linux: ip6_rcv_core(), IP6CB(skb)->iif.
   */
  readonly cameBy?: string;
}

/**
 * From a device to a socket or on to another device.
 * Linux: ip_rcv(), ip_rcv_finish(), ipv6_rcv(), ip6_rcv_finish().
 */
export function receive(kernel: Kernel, arrival: Arrival): Departure {
  const { iif } = arrival;
  let skb = arrival.skb;
  const refused = refusedOnArrival6(kernel.netns, skb.packet, iif, kernel.run.decider);
  if (refused) {
    record(kernel, skb, { kind: 'drop', reason: refused, at: iif }, { iif });
    return dropped(skb, refused, iif);
  }
  if (!arrival.prerouted) {
    const pass: HookPass = {
      hook: 'prerouting',
      iif,
      oif: '',
      localSocket: null,
      reroute: null,
    };
    const outcome = runHook(kernel, skb, pass);
    const ended = endedByHook(kernel, outcome, pass, null);
    if (ended) return ended;
    skb = outcome.skb;
  }
  const readdressed = !sameAddress(skb.packet.destination, arrival.skb.packet.destination);
  if (arrival.looped && !readdressed) {
    // Its route is that of the sender, which remembers whose address it leads to. Linux: inet_iif().
    const holder = deviceWithAddress(kernel.netns, skb.packet.destination);
    return deliver(kernel, skb, iif, holder?.name ?? iif);
  }
  const found = routeInput(
    kernel.netns,
    { packet: skb.packet, iif, mark: skb.mark },
    kernel.run.decider,
  );
  recordInputRoute(kernel, skb, iif, found);
  switch (found.kind) {
    case 'local':
    case 'broadcast':
      return deliver(kernel, skb, iif);
    case 'forward':
      return forward(kernel, { skb, iif, route: found, cameBy: arrival.cameBy ?? iif });
    case 'drop':
      record(kernel, skb, { kind: 'drop', reason: found.reason, at: iif }, { iif });
      return dropped(skb, found.reason, iif);
    case 'error':
      record(kernel, skb, { kind: 'drop', reason: found.reason, at: iif }, { iif });
      return {
        ...dropped(skb, found.reason, iif),
        answer: icmpOf(found.icmp, skb.packet.source.family),
        iif,
      };
  }
}

/** INPUT; the socket is looked up by whoever called. Linux: ip_local_deliver(). */
export function deliver(kernel: Kernel, skb: Skb, iif: string, boundTo = iif): Departure {
  const pass: HookPass = { hook: 'input', iif, oif: '', localSocket: null, reroute: null };
  const outcome = runHook(kernel, skb, pass);
  if (outcome.kind === 'sent-on') {
    const { skb: sent, route } = outcome;
    // It still has the device it came in by when it meets POSTROUTING.
    return sendLocal(kernel, {
      skb: sent,
      route,
      boundDevice: null,
      socket: null,
      encapsulatedOn: iif,
    });
  }
  return (
    endedByHook(kernel, outcome, pass, null) ?? { kind: 'local', iif, boundTo, skb: outcome.skb }
  );
}

function icmpOf(
  name: Extract<InputRoute, { kind: 'error' }>['icmp'],
  family: 4 | 6,
): IcmpError | null {
  if (name === null) return null;
  return icmpError(family, name === 'packet-filtered' ? 'filtered' : name);
}

function recordInputRoute(kernel: Kernel, skb: Skb, iif: string, found: InputRoute): void {
  const validation = found.kind === 'error' ? null : found.validation;
  if (validation) recordValidation(kernel, skb, iif, validation);
  if (found.kind === 'drop') return;
  const errno: Errno | null = found.kind === 'error' ? found.errno : null;
  const route = found.kind === 'broadcast' ? null : found.route;
  const device = found.kind === 'forward' ? found.device : '';
  record(
    kernel,
    skb,
    {
      kind: 'route',
      purpose: 'input',
      result: found.kind === 'forward' ? 'unicast' : found.kind,
      table: found.kind === 'forward' ? found.table : (route?.table ?? null),
      gateway: found.kind === 'forward' ? found.gateway : null,
      device,
      text: errno ?? (device === '' ? found.kind : `dev ${device}`),
    },
    { iif, oif: device, source: route?.source ?? null },
  );
}

function recordValidation(
  kernel: Kernel,
  skb: Skb,
  iif: string,
  validation: SourceValidation,
): void {
  // A device that does not validate decides nothing worth a step.
  if (validation.mode === 0 && validation.passed) return;
  record(
    kernel,
    skb,
    {
      kind: 'rp-filter',
      mode: validation.mode,
      passed: validation.passed,
      reverseDevice: validation.reverseDevice,
    },
    { iif, source: validation.reverseRoute?.source ?? null },
  );
}
