import type { HeaderDiff } from '../../packet/header-diff.ts';
import type { SourceRef } from '../../packet/source-ref.ts';
import type { NatRequest } from '../conntrack/nat-request.ts';
import type { Skb } from '../skb.ts';

/** How a table or nft base chain ended for a packet. */
export type TableVerdict =
  | { readonly kind: 'accept' }
  | { readonly kind: 'drop' }
  | { readonly kind: 'reject'; readonly with: RejectWith }
  /** Ends a nat chain: set up this mapping (the nat hook does it), then accept. */
  | { readonly kind: 'nat'; readonly nat: NatRequest }
  /** The packet leaves the model's sight: NFQUEUE, TPROXY, an unsupported statement. */
  | { readonly kind: 'stolen'; readonly by: string };

export type RejectWith =
  | 'tcp-reset'
  | 'icmp-net-unreachable'
  | 'icmp-host-unreachable'
  | 'icmp-port-unreachable'
  | 'icmp-proto-unreachable'
  | 'icmp-net-prohibited'
  | 'icmp-host-prohibited'
  | 'icmp-admin-prohibited'
  /** IPv6 alone has these. */
  | 'icmp6-policy-fail'
  | 'icmp6-reject-route';

/** A rule that matched, with what it did. Rules that did not match leave no trace. */
export interface RuleHit {
  readonly chain: string;
  /** The rule as its tool prints it. */
  readonly rule: string;
  readonly source: SourceRef | null;
  /** `jump KUBE-SVC-X`, `goto X`, `return`, `accept`, `drop`, `continue`, `dnat`, ... */
  readonly verdict: string;
  /** What the rule changed in the packet at once (mark, tos, ttl, mss...). */
  readonly diff: HeaderDiff;
  /** The rule writes a kernel log line with this prefix. */
  readonly log?: { readonly prefix: string };
}

/** The result of one table (xtables) or base chain (nft) at one hook. */
export interface TableResult {
  readonly verdict: TableVerdict;
  readonly skb: Skb;
  readonly hits: readonly RuleHit[];
  /** True when the base chain's policy decided. */
  readonly byPolicy: boolean;
}
