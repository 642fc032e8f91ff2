import type { ObservedPacket } from '../evidence/observation.ts';
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
  /** Rules that traced packets hit, as `nft monitor trace` and the kernel log name them. */
  readonly rules: readonly RuleHit[];
  /** `conntrack -L -o extended` per namespace, right after the flow. */
  readonly conntrack: Readonly<Record<string, string>>;
  /** Counters that moved: `TcpExtIPReversePathFilter` and the like, per namespace. */
  readonly counters: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** What could not be observed here, and why (`drop reasons: tracefs needs root`). */
  readonly blind: readonly string[];
}

/** A packet met a hook: once before everything registered there, once after it. */
export interface Visit {
  /** Nanoseconds on one clock of the machine (CLOCK_MONOTONIC). */
  readonly time: number;
  readonly namespace: string;
  readonly hook: Hook;
  /** `first`: before raw; `last`: after everything else: the hook let it pass. */
  readonly edge: 'first' | 'last';
  readonly iif: string | null;
  readonly oif: string | null;
  readonly mark: number;
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
  /** Null for frames that carry no IP (ARP). */
  readonly packet: ObservedPacket | null;
}

/** The kernel freed a packet without delivering it (tracepoint skb:kfree_skb). */
export interface Drop {
  readonly time: number;
  /** SKB_DROP_REASON_* name without the prefix. */
  readonly reason: string;
  /** The kernel function that freed it. */
  readonly location: string;
  /** Where the packet came in, when a receive event of the same skb precedes; else null. */
  readonly namespace: string | null;
  readonly device: string | null;
  readonly packet: ObservedPacket | null;
}

export interface RuleHit {
  readonly time: number;
  readonly namespace: string;
  readonly backend: 'nft' | 'legacy';
  readonly family: string;
  readonly table: string;
  readonly chain: string;
  /** The rule's text (nft), or its number (legacy TRACE); null for a chain's policy. */
  readonly rule: string | null;
  readonly verdict: string;
}
