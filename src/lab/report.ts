import type { ObservedPacket } from '../evidence/observation.ts';
import type { CtState } from '../linux/ct-state.ts';
import type { Hook } from '../linux/hook.ts';
import type { ClientReport } from './flow.ts';

/**
 * What the kernel did with one flow, from the first packet until nothing moved any more. Flows are
 * sent one after the other, so that everything between two quiet moments belongs to one flow.
 */
export interface FlowReport {
  readonly id: string;
  readonly client: ClientReport;
  /** In the order of time. */
  readonly visits: readonly Visit[];
  readonly sightings: readonly Sighting[];
  readonly drops: readonly Drop[];
  /** Rules that packets hit, in users' tables of both backends. */
  readonly rules: readonly RuleHit[];
  /** As `conntrack -L -o extended` prints it, right after the flow; namespaces without entries are absent. */
  readonly conntrack: Readonly<Record<string, string>>;
  /** Counters that moved: `TcpExtIPReversePathFilter` and the like, per namespace. */
  readonly counters: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** What was asked for and could not be observed here. */
  readonly blind: readonly Blind[];
}

/** What could not be observed, and why. */
export interface Blind {
  readonly what: 'hooks' | 'captures' | 'drops' | 'legacy-rules' | 'conntrack' | 'counters';
  /**
   * `not-permitted`: needs more rights. `not-supported`: this kernel or machine lacks it. `failed`: it
   * should work, the detail says what happened. `lost`: more came than the kernel could buffer.
   */
  readonly why: 'not-permitted' | 'not-supported' | 'failed' | 'lost';
  /** Null: in all namespaces. */
  readonly namespace: string | null;
  /** The system call or file, and the errno. */
  readonly detail: string;
}

/** A packet met a hook: once before everything registered there, once after it. */
export interface Visit {
  /**
   * Nanoseconds on one clock of the machine (CLOCK_MONOTONIC). The kernel gives visits an order but no
   * time: it lies between those of the sightings around it.
   */
  readonly time: number;
  readonly namespace: string;
  /** The same for one packet (skb) while it stays in this namespace. */
  readonly skb: number;
  readonly hook: Hook;
  /** `first`: before raw; `last`: after everything else: the hook let it pass. */
  readonly edge: 'first' | 'last';
  readonly iif: string | null;
  readonly oif: string | null;
  readonly mark: number;
  /**
   * What connection tracking says of the packet here; null before it looked, and on kernels that do
   * not tell (before 6.16).
   */
  readonly ctState: CtState | null;
  /**
   * Headers as they are at this place. What a tunnel carries and an error quotes is taken from a
   * sighting of the same packet, or of what went into the tunnel's device; null where there is none.
   */
  readonly packet: ObservedPacket;
}

/** A packet on a device, as a packet socket sees it. */
export interface Sighting {
  readonly time: number;
  readonly namespace: string;
  readonly device: string;
  readonly direction: 'in' | 'out';
  /** Linux packet type: to us, another host's (promiscuous), broadcast, multicast. */
  readonly addressedTo: 'us' | 'other' | 'broadcast' | 'multicast';
  /** The whole frame, hexadecimal; begins with the Ethernet header where the device has one. */
  readonly frame: string;
  /** LINKTYPE_ number of a capture file: 1 Ethernet, 101 none (TUN). */
  readonly linkType: 1 | 101;
  /** Null for frames of no flow: ARP, and IPv6 neighbour discovery and multicast listeners. */
  readonly packet: ObservedPacket | null;
}

/**
 * The kernel freed a packet without delivering it (tracepoint skb:kfree_skb). Only what is tied to a
 * packet of a flow is told; `NOT_SPECIFIED` is what the kernel says at blackhole routes, for one.
 */
export interface Drop {
  readonly time: number;
  /** SKB_DROP_REASON_* name without the prefix. */
  readonly reason: string;
  /** The kernel function that freed it. */
  readonly location: string;
  readonly namespace: string | null;
  /** The last device that it came in by or was given to; null when it was sent here and reached none. */
  readonly device: string | null;
  readonly packet: ObservedPacket | null;
}

/** A rule whose matches all fitted, or the end of a chain. */
export interface RuleHit {
  readonly time: number;
  readonly namespace: string;
  readonly backend: 'nft' | 'legacy';
  /** As `Visit.skb`; null for the legacy backend. */
  readonly skb: number | null;
  readonly hook: Hook | null;
  /** `ip`, `ip6`, `inet`, `bridge`, as nft names families. iptables-nft's tables are `ip` and `ip6`. */
  readonly family: string;
  readonly table: string;
  readonly chain: string;
  readonly at: HitPlace;
  /** `accept`, `drop`, `continue`, `jump KUBE-SERVICES`, as nft prints it; null where it is not told (legacy). */
  readonly verdict: string | null;
  readonly packet: ObservedPacket | null;
}

export type HitPlace =
  /**
   * Position in its chain from 1, as `iptables -L --line-numbers` counts; null when the rule was deleted
   * before it could be looked up. `handle` is nft's; null for the legacy backend.
   */
  | { readonly kind: 'rule'; readonly position: number | null; readonly handle: number | null }
  /** The end of a base chain. */
  | { readonly kind: 'policy' }
  /** The end of another chain: back to the caller. */
  | { readonly kind: 'return' };
