import type { Hook } from '../linux/hook.ts';
import { type Address, type Ipv6Address, sameAddress } from '../packet/address.ts';
import { isLinkLocal } from '../packet/ipv6-type.ts';
import type { Packet } from '../packet/packet.ts';
import { PROTOCOL } from '../packet/protocol.ts';
import { freshSkb } from './answer.ts';
import type { Decider } from './decide.ts';
import type { InterfaceAddress } from './device/device.ts';
import { deviceNamed } from './device/find-device.ts';
import type { Kernel } from './kernel.ts';
import { type FramePlace, runFrameHook } from './netfilter/frame-hook.ts';
import { runHook } from './netfilter/run-hook.ts';
import type { NetnsState } from './netns-state.ts';
import type { Step } from './step.ts';
import { bridgeNfCallIp6tables, proxyNdp } from './sysctl-lookup6.ts';

/** A question for a neighbour, as it leaves by a device. Its answer goes to `source`. */
export interface Solicitation {
  readonly source: Ipv6Address;
  readonly target: Ipv6Address;
}

const SOLICITATION = 135;
const ADVERTISEMENT = 136;
/** Both are thrown away with any other. RFC 4861 7.1. */
const HOP_LIMIT = 255;
/** Header, message and link-layer address option, bytes. */
const LENGTH = 72;

/**
 * The address a namespace asks with: that of the packet which waits, when it is the device's own, else its
 * link-local one; null: it has neither and does not ask. Linux: ndisc_solicit(), ndisc_send_ns().
 */
export function solicitationSource(
  netns: NetnsState,
  device: string,
  waiting: Address,
): Ipv6Address | null {
  const addresses = deviceNamed(netns, device)?.addresses.filter(isInUse) ?? [];
  const own = addresses.find(({ address }) => sameAddress(address, waiting))?.address;
  const chosen = own ?? addresses.find(({ address }) => isLinkLocal(address))?.address;
  return chosen?.family === 6 ? chosen : null;
}

function isInUse({ flags = [] }: InterfaceAddress): boolean {
  return !flags.includes('tentative') || flags.includes('optimistic');
}

/**
 * Whether a namespace answers a solicitation that came in by a device, which has to have the address itself
 * (other than with ARP), or to be told to answer for it. Linux: ndisc_recv_ns().
 */
export function answerSolicitation(
  netns: NetnsState,
  device: string,
  { target }: Solicitation,
  decider: Decider,
): 'own' | 'proxy' | null {
  const own = deviceNamed(netns, device)?.addresses.find(({ address }) =>
    sameAddress(address, target),
  );
  if (own) return own.flags?.some((flag) => SILENT.has(flag)) ? null : 'own';
  const proxied = netns.proxied6?.some(
    (entry) => entry.device === device && sameAddress(entry.address, target),
  );
  return proxied && proxyNdp(netns, device, decider) ? 'proxy' : null;
}

/** Addresses that are being checked, or were found to be somebody else's. */
const SILENT: ReadonlySet<string> = new Set(['tentative', 'dadfailed', 'optimistic']);

/** The two messages of neighbour discovery as packets. RFC 4861 4.3, 4.4. */
export function solicitationPacket({ source, target }: Solicitation): Packet {
  return message(SOLICITATION, source, solicitedNode(target));
}

/** The answer, from the address that was asked for to the one that asked. */
export function advertisementPacket({ source, target }: Solicitation): Packet {
  return message(ADVERTISEMENT, target, source);
}

function message(type: number, source: Ipv6Address, destination: Ipv6Address): Packet {
  return {
    source,
    destination,
    protocol: PROTOCOL.icmpv6,
    ttl: HOP_LIMIT,
    tos: 0,
    length: LENGTH,
    dontFragment: false,
    transport: { kind: 'icmp', type, code: 0 },
  };
}

/** ff02::1:ff00:0/104 with the last three octets of the target. RFC 4291 2.7.1. */
function solicitedNode({ bits }: Ipv6Address): Ipv6Address {
  return { family: 6, bits: (0xff02000000000000000000000001ffn << 24n) | (bits & 0xffffffn) };
}

/** How a message of neighbour discovery meets the hooks of a namespace. */
export type MessageWay =
  | { readonly kind: 'out' | 'in'; readonly device: string }
  /** Bridged: rules of the family bridge, and with br_netfilter those of IPv6. */
  | {
      readonly kind: 'bridged';
      readonly bridge: string;
      readonly from: string;
      readonly to: string;
    };

/**
 * Whether the hooks of a namespace let a message of neighbour discovery pass: other than ARP it meets them
 * like any packet. What stops it is left in the run's record.
 * Linux: ndisc_send_skb(), ip6_mc_input(), br_nf_pre_routing().
 */
export function hooksPass(kernel: Kernel, packet: Packet, way: MessageWay): boolean {
  const { netns, run } = kernel;
  const steps: Step[] = [];
  const aside: Kernel = {
    netns,
    run: {
      decider: run.decider,
      record: (step) => steps.push(step),
      visit() {},
      connections: (key) => run.connections(key),
      unsupported: (what) => run.unsupported(what),
    },
  };
  let skb = freshSkb(packet);
  const refused = (): false => {
    const last = steps.at(-1);
    if (last) run.record(last);
    return false;
  };
  if (way.kind === 'bridged') {
    for (const place of framePlacesOf(way)) {
      const outcome = runFrameHook(aside, skb, place);
      if (outcome.kind !== 'accept') return refused();
      skb = outcome.skb;
    }
    if (!bridgeNfCallIp6tables(netns, way.bridge, run.decider)) return true;
  }
  for (const { hook, iif, oif, physin, physout } of hooksOf(way)) {
    const pass = { hook, iif, oif, localSocket: null, reroute: null };
    const outcome = runHook(aside, { ...skb, physin, physout }, pass);
    if (outcome.kind !== 'accept') return refused();
    skb = outcome.skb;
  }
  // A rule that changes the hop limit spoils it.
  return skb.packet.ttl === HOP_LIMIT;
}

/** Where rules of the family bridge see a frame that passes from port to port. */
function framePlacesOf({
  from,
  to,
}: Extract<MessageWay, { kind: 'bridged' }>): readonly FramePlace[] {
  return [
    { kind: 'bridge', hook: 'prerouting', iif: from, oif: '' },
    { kind: 'bridge', hook: 'forward', iif: from, oif: to },
    { kind: 'bridge', hook: 'postrouting', iif: '', oif: to },
  ];
}

interface MetHook {
  readonly hook: Hook;
  readonly iif: string;
  readonly oif: string;
  readonly physin: string | null;
  readonly physout: string | null;
}

function hooksOf(way: MessageWay): readonly MetHook[] {
  const none = { iif: '', oif: '', physin: null, physout: null };
  switch (way.kind) {
    case 'out':
      return [
        { ...none, hook: 'output', oif: way.device },
        { ...none, hook: 'postrouting', oif: way.device },
      ];
    case 'in':
      return [
        { ...none, hook: 'prerouting', iif: way.device },
        { ...none, hook: 'input', iif: way.device },
      ];
    case 'bridged': {
      const { bridge, from: physin, to: physout } = way;
      return [
        { ...none, hook: 'prerouting', iif: bridge, physin },
        { hook: 'forward', iif: bridge, oif: bridge, physin, physout },
        { ...none, hook: 'postrouting', oif: bridge, physin, physout },
      ];
    }
  }
}
