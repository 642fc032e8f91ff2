import type { Errno } from '../linux/errno.ts';
import type { DeviceHook, Hook } from '../linux/hook.ts';
import type { Address } from '../packet/address.ts';
import type { HeaderDiff } from '../packet/header-diff.ts';
import type { NetnsRef } from '../packet/place.ts';
import type { SourceRef } from '../packet/source-ref.ts';
import type { RejectWith, RuleHit } from './netfilter/verdict.ts';
import type { Skb } from './skb.ts';

/**
 * One thing the kernel did to a packet. Every step says where, with which devices, how the
 * packet looked *after* it and what it changed, and the fact (file and line) it rests on.
 */
export interface Step {
  readonly where: NetnsRef;
  readonly iif: string;
  readonly oif: string;
  /** The packet after the step. */
  readonly skb: Skb;
  readonly diff: HeaderDiff;
  readonly source: SourceRef | null;
  readonly action: StepAction;
}

export type StepAction =
  /** A client's socket sends; `source` was bound or is still to be chosen. */
  | { readonly kind: 'socket'; readonly operation: 'connect' | 'send' | 'accept' | 'reply' }
  | { readonly kind: 'source-address'; readonly chosen: Address; readonly because: SourceChoice }
  /** A route lookup; `purpose` tells the three apart. */
  | {
      readonly kind: 'route';
      readonly purpose: 'output' | 'input' | 'reroute' | 'reverse';
      readonly result: 'unicast' | 'local' | 'broadcast' | 'multicast' | 'error';
      readonly table: string | null;
      readonly gateway: Address | null;
      readonly device: string;
      readonly text: string;
    }
  | {
      readonly kind: 'rp-filter';
      readonly mode: 0 | 1 | 2;
      readonly passed: boolean;
      /** The device by which the packet's source is reached, as far as a lookup told. */
      readonly reverseDevice: string | null;
    }
  /** One table at one hook, with the rules that matched. */
  | {
      readonly kind: 'table';
      readonly hook: Hook | DeviceHook;
      readonly priority: number;
      readonly backend: 'legacy' | 'nft' | 'unspecified' | 'native';
      readonly table: string;
      readonly chain: string;
      readonly hits: readonly RuleHit[];
      readonly byPolicy: boolean;
      readonly verdict: 'accept' | 'drop' | 'reject' | 'nat' | 'stolen';
    }
  | {
      readonly kind: 'conntrack';
      readonly hook: Hook;
      readonly state: 'NEW' | 'ESTABLISHED' | 'RELATED' | 'INVALID' | 'UNTRACKED';
    }
  /** A mapping was set up or applied. */
  | {
      readonly kind: 'nat';
      readonly hook: Hook;
      readonly manip: 'src' | 'dst';
      /** `new` sets the mapping up; `existing` applies it; `undo` restores a reply. */
      readonly how: 'new' | 'existing' | 'undo';
    }
  | { readonly kind: 'reject'; readonly with: RejectWith }
  | { readonly kind: 'forward'; readonly ttl: number }
  | { readonly kind: 'mtu'; readonly mtu: number; readonly length: number }
  | { readonly kind: 'neighbour'; readonly address: Address; readonly mac: string | null }
  | { readonly kind: 'transmit'; readonly device: string }
  | { readonly kind: 'receive'; readonly device: string }
  | { readonly kind: 'bridge'; readonly bridge: string; readonly port: string }
  | { readonly kind: 'underlay'; readonly segment: string }
  | { readonly kind: 'encapsulate' | 'decapsulate'; readonly device: string; readonly by: string }
  | { readonly kind: 'deliver'; readonly socket: 'listening' | 'client' | 'kernel' }
  | { readonly kind: 'drop'; readonly reason: string; readonly at: string }
  /** The call of a local client failed with this error. */
  | { readonly kind: 'socket-error'; readonly errno: Errno };

/**
 * A packet at a netfilter hook: `first` before everything that is registered there, `last` after it,
 * when the hook let it pass. Unlike steps, visits are there when no rule is.
 */
export interface HookVisit {
  readonly where: NetnsRef;
  readonly hook: Hook;
  readonly edge: 'first' | 'last';
  /** As the hook's functions see the devices; '' is none. */
  readonly iif: string;
  readonly oif: string;
  readonly skb: Skb;
}

/**
 * Why a source address was chosen; of IPv6 the rule of RFC 6724 by which it won.
 * Linux: fib_result_prefsrc(), inet_select_addr(), ipv6_dev_get_saddr().
 */
export type SourceChoice =
  | 'bound'
  | 'route-prefsrc'
  | 'gateway-subnet'
  | 'first-address'
  | 'local-destination'
  | 'other-device'
  | 'masquerade'
  | 'rfc6724-same'
  | 'rfc6724-scope'
  | 'rfc6724-preferred'
  | 'rfc6724-home'
  | 'rfc6724-device'
  | 'rfc6724-label'
  | 'rfc6724-temporary'
  | 'rfc6724-orchid'
  | 'rfc6724-prefix';
