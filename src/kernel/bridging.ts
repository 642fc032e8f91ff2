import { sameAddress } from '../packet/address.ts';
import { type Departure, dropped } from './departure.ts';
import { vlanPass } from './device/bridge-vlan.ts';
import { deviceNamed } from './device/find-device.ts';
import { type FrameTarget, isFrameFor } from './device/frame-target.ts';
import { refusedAsTooLong, TAG_BYTES } from './forwardable.ts';
import { type FramePass, passFrameHook } from './frame-departure.ts';
import { endedByHook } from './hook-departure.ts';
import { receive } from './input.ts';
import { type Kernel, record } from './kernel.ts';
import { type HookPass, runHook } from './netfilter/run-hook.ts';
import { routeInput } from './routing/input-route.ts';
import type { Skb } from './skb.ts';
import { bridgeNfCallIptables } from './sysctl-lookup.ts';
import { bridgeNfCallIp6tables } from './sysctl-lookup6.ts';

/** A frame at a port of a bridge. */
export interface BridgedFrame {
  readonly skb: Skb;
  readonly bridge: string;
  readonly port: string;
  readonly target: FrameTarget;
  /** The port behind which a frame's receiver is; null when no port is known to lead there. */
  portTo(target: FrameTarget): string | null;
}

/**
 * A frame that comes in by a bridge port: up to the IP stack or out of another port. With
 * br_netfilter the IP hooks run for bridged frames too, and a DNAT in PREROUTING can turn one
 * kind into the other. Linux: br_handle_frame(), br_nf_pre_routing_finish().
 */
export function bridgeReceive(kernel: Kernel, frame: BridgedFrame): Departure {
  const { bridge, port } = frame;
  const bridgePort = deviceNamed(kernel.netns, port)?.bridgePort;
  record(kernel, frame.skb, { kind: 'bridge', bridge, port }, { iif: port });
  if (bridgePort && bridgePort.state !== 'forwarding') {
    return dropAt(kernel, frame.skb, `bridge port ${port} is ${bridgePort.state}`, port);
  }
  const filtered =
    frame.skb.packet.source.family === 4
      ? bridgeNfCallIptables(kernel.netns, bridge, kernel.run.decider)
      : bridgeNfCallIp6tables(kernel.netns, bridge, kernel.run.decider);
  // Without br_netfilter nothing notes the port. Linux: nf_bridge_alloc().
  let skb: Skb = filtered ? { ...frame.skb, physin: port } : frame.skb;
  let target = frame.target;
  const before = passFrameHook(kernel, skb, { ...arrivalAt(port), last: BRNF_PRIORITY });
  if (before.ended) return before.ended;
  skb = before.skb;
  let forUs = isFrameFor(kernel.netns, target);
  let cameBy: string | null = null;
  if (filtered) {
    const pass: HookPass = {
      hook: 'prerouting',
      iif: bridge,
      oif: '',
      localSocket: null,
      reroute: null,
    };
    const outcome = runHook(kernel, skb, pass);
    const ended = endedByHook(kernel, outcome, pass, null);
    if (ended) return ended;
    skb = outcome.skb;
    if (!sameAddress(skb.packet.destination, frame.skb.packet.destination)) {
      const found = routeInput(
        kernel.netns,
        { packet: skb.packet, iif: bridge, mark: skb.mark },
        kernel.run.decider,
      );
      if (found.kind === 'drop') return dropAt(kernel, skb, found.reason, bridge, found.reason);
      // Of IPv6 a route that refuses ends it in silence. Linux: br_nf_pre_routing_finish_ipv6().
      if (found.kind === 'error' && skb.packet.source.family === 6) {
        return dropAt(kernel, skb, found.errno, bridge);
      }
      // A route that refuses is one: the frame goes up to it, and it answers. Linux: ip_error().
      forUs = !(found.kind === 'forward' && found.device === bridge);
      if (found.kind === 'forward' && forUs) cameBy = found.device;
      if (found.kind === 'forward' && !forUs) {
        target = { kind: 'owner', address: found.gateway ?? skb.packet.destination };
      }
    }
  }
  const after = passFrameHook(kernel, skb, { ...arrivalAt(port), first: BRNF_PRIORITY + 1 });
  if (after.ended) return after.ended;
  skb = after.skb;
  const stopped = stoppedByVlan(kernel, { skb, bridge, from: port, to: forUs ? bridge : null });
  if (stopped) return stopped;
  if (forUs) return passUp(kernel, { skb, bridge, port, filtered, cameBy });
  return bridgeForward(kernel, { ...frame, skb, target }, filtered);
}

/**
 * The end of a frame that VLANs keep from a device of the bridge, or null. What is not known of them is named.
 * Where it leaves by is not known yet: `to` is null.
 */
export function stoppedByVlan(
  kernel: Kernel,
  way: {
    readonly skb: Skb;
    readonly bridge: string;
    readonly from: string;
    readonly to: string | null;
  },
): Departure | null {
  const { skb, bridge, from, to } = way;
  if (to === null) return null;
  const passed = vlanPass(kernel.netns, bridge, { from, to, vlan: skb.vlan ?? null });
  switch (passed.kind) {
    case 'pass':
      return null;
    case 'drop':
      return dropAt(kernel, skb, passed.why, from);
    case 'unknown':
      kernel.run.unsupported({
        construct: `VLAN filtering: ${passed.why}`,
        where: kernel.netns.ref,
        source: deviceNamed(kernel.netns, bridge)?.source ?? null,
      });
      return { kind: 'unknown', at: `VLAN filtering of ${bridge}`, skb };
  }
}

/** Where br_netfilter's own function stands. Linux: NF_BR_PRI_BRNF. */
const BRNF_PRIORITY = 0;

function arrivalAt(port: string) {
  return { kind: 'bridge', hook: 'prerouting', iif: port, oif: '' } as const;
}

/** To the IP stack, as what came in by the bridge itself. Linux: br_pass_frame_up(). */
function passUp(
  kernel: Kernel,
  up: {
    readonly skb: Skb;
    readonly bridge: string;
    readonly port: string;
    readonly filtered: boolean;
    /** See `Arrival.cameBy`; null: the bridge. */
    readonly cameBy: string | null;
  },
): Departure {
  const { bridge } = up;
  const place = { kind: 'bridge', hook: 'input', iif: up.port, oif: '' } as const;
  const passed = passFrameHook(kernel, up.skb, place);
  if (passed.ended) return passed.ended;
  const ingress = { kind: 'device', hook: 'ingress', device: bridge } as const;
  const entered = passFrameHook(kernel, passed.skb, ingress);
  if (entered.ended) return entered.ended;
  return receive(kernel, {
    skb: entered.skb,
    iif: bridge,
    looped: false,
    prerouted: up.filtered,
    ...(up.cameBy === null ? {} : { cameBy: up.cameBy }),
  });
}

/** Out of another port. Linux: br_forward(), should_deliver(), br_nf_forward_ip(). */
function bridgeForward(kernel: Kernel, frame: BridgedFrame, filtered: boolean): Departure {
  const { bridge, target } = frame;
  let { skb } = frame;
  const out = frame.portTo(target);
  // It is flooded, and every host drops it.
  if (out === null && target.kind === 'nobody') {
    return dropAt(kernel, skb, `frame for ${target.mac} on ${bridge}`, bridge, 'OTHERHOST');
  }
  if (out === null) return { kind: 'unknown', at: `no port of ${bridge} leads there`, skb };
  const from = deviceNamed(kernel.netns, frame.port)?.bridgePort;
  const to = deviceNamed(kernel.netns, out)?.bridgePort;
  if (out === frame.port && !(to?.hairpin ?? false)) {
    return dropAt(kernel, skb, `hairpin is off on bridge port ${out}`, bridge);
  }
  if (from?.isolated && to?.isolated) {
    return dropAt(kernel, skb, `bridge ports ${frame.port} and ${out} are isolated`, bridge);
  }
  const stopped = stoppedByVlan(kernel, { skb, bridge, from: frame.port, to: out });
  if (stopped) return stopped;
  const between = { kind: 'bridge', hook: 'forward', iif: frame.port, oif: out } as const;
  const leaving = { kind: 'bridge', hook: 'postrouting', iif: '', oif: out } as const;
  const stages: readonly ((skb: Skb) => FramePass)[] = [
    (now) => passFrameHook(kernel, now, { ...between, last: BRNF_PRIORITY }),
    (now) => (filtered ? callIptables(kernel, now, 'forward', bridge) : { ended: null, skb: now }),
    (now) => passFrameHook(kernel, now, { ...between, first: BRNF_PRIORITY + 1 }),
    (now) => passFrameHook(kernel, now, leaving),
    (now) =>
      filtered ? callIptables(kernel, now, 'postrouting', bridge) : { ended: null, skb: now },
  ];
  if (filtered) skb = { ...skb, physout: out };
  for (const stage of stages) {
    const passed = stage(skb);
    if (passed.ended) return passed.ended;
    skb = passed.skb;
  }
  const refused = refusedAsTooLong(kernel, skb, out, filtered ? 0 : TAG_BYTES);
  return refused ?? { kind: 'bridged', bridge, port: out, target, skb };
}

/** A hook of IP, which br_netfilter runs for a frame. Linux: br_nf_forward(), br_nf_post_routing(). */
function callIptables(
  kernel: Kernel,
  skb: Skb,
  hook: 'forward' | 'postrouting',
  bridge: string,
): FramePass {
  const iif = hook === 'forward' ? bridge : '';
  const pass: HookPass = { hook, iif, oif: bridge, localSocket: null, reroute: null };
  const outcome = runHook(kernel, skb, pass);
  const ended = endedByHook(kernel, outcome, pass, null);
  return ended ? { ended, skb: outcome.skb } : { ended: null, skb: outcome.skb };
}

function dropAt(
  kernel: Kernel,
  skb: Skb,
  at: string,
  iif: string,
  reason = 'NOT_SPECIFIED',
): Departure {
  record(kernel, skb, { kind: 'drop', reason, at }, { iif });
  return dropped(skb, reason, at);
}
