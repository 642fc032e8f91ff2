import type { SourceRef } from '../../packet/source-ref.ts';
import type { CableEnd, LabPlace, Listener, Segment, TunRelay } from '../topology/topology.ts';

/** A snapshot as a laboratory is to be built of it, and what of it is not or otherwise built. */
export interface Rebuild {
  readonly namespaces: readonly NetnsPlan[];
  readonly cables: readonly { readonly ends: readonly [CableEnd, CableEnd] }[];
  readonly segments: readonly Segment[];
  readonly notRebuilt: readonly NotRebuilt[];
  readonly standIns: readonly StandIn[];
}

/** One namespace: what is to be told to which tool, in the order of the fields. */
export interface NetnsPlan {
  /** The laboratory's name of it. */
  readonly name: string;
  readonly place: LabPlace;
  readonly tunnels: readonly TunRelay[];
  /** `ip -batch`: devices and what they need before they are up. */
  readonly devices: readonly Line[];
  readonly sysctls: readonly Setting[];
  /** `ip -batch`: links up, addresses, routes, rules, neighbours. */
  readonly network: readonly Line[];
  readonly bridge: readonly Line[];
  /** `ip -6`, one process each: in a batch no word tells that a rule for all is one of IPv6. */
  readonly rules6: readonly Line[];
  readonly restores: readonly Restore[];
  readonly conntrack: readonly Line[];
  readonly listeners: readonly Listener[];
  /** IPv4 and IPv6 routes as the snapshot lists them, to be held against what the kernel made. */
  readonly routes: readonly Line[];
}

/** One line of a batch, and what it makes: named when the tool refuses it. */
export interface Line {
  readonly text: string;
  readonly fact: Fact;
}

export interface Setting {
  readonly key: string;
  readonly value: string;
  readonly fact: Fact;
}

/** A text that a restoring program reads whole. */
export interface Restore {
  readonly kind: RestoreKind;
  readonly text: string;
  readonly fact: Fact;
}

export type RestoreKind =
  | 'ipset'
  | 'iptables-legacy'
  | 'iptables-nft'
  | 'ip6tables-legacy'
  | 'ip6tables-nft'
  | 'nft-json';

/** Something that the snapshot states, with where it does. */
export interface Fact {
  readonly code: FactCode;
  /** As a user would call it: `route default via 10.0.0.1 dev eth0`. */
  readonly subject: string;
  readonly place: LabPlace;
  readonly device: string | null;
  /** Null when it concerns both families or none. */
  readonly family: 4 | 6 | null;
  readonly source: SourceRef | null;
}

export type FactCode =
  | 'file'
  | 'device'
  | 'device-setting'
  | 'ifindex'
  | 'address'
  | 'route'
  | 'rule'
  | 'neighbour'
  | 'fdb'
  | 'sysctl'
  | 'ipset'
  | 'iptables'
  | 'nft'
  | 'conntrack'
  | 'socket'
  | 'wire'
  | 'extra';

/** A fact that the laboratory lacks. */
export interface NotRebuilt extends Fact {
  /** Why: a tool's own words, or a reason of ours. */
  readonly why: Why;
}

export type Why =
  | { readonly kind: 'refused'; readonly by: string; readonly text: string }
  | { readonly kind: 'unreadable'; readonly text: string }
  | { readonly kind: 'unsafe-name' }
  | { readonly kind: 'no-such-kind'; readonly text: string }
  | { readonly kind: 'unsupported'; readonly text: string }
  /** The laboratory has another value, on purpose. */
  | { readonly kind: 'on-purpose'; readonly text: string }
  /** Read back after the build: the kernel holds something else. */
  | { readonly kind: 'differs'; readonly expected: string | null; readonly found: string | null };

/** Something in the laboratory that no file of the snapshot holds. */
export interface StandIn {
  readonly kind: StandInKind;
  readonly place: LabPlace;
  /** What it stands for: an address, a device. */
  readonly subject: string;
  /** What in the snapshot says that it exists. */
  readonly because: string;
  readonly source: SourceRef | null;
}

export type StandInKind =
  | 'pod'
  | 'host'
  | 'gateway'
  | 'uncaptured-node'
  | 'client'
  | 'device'
  | 'silent-peer'
  | 'segment'
  | 'listener';
