import type { NatRequest } from '../../conntrack/nat-request.ts';
import type { RejectWith } from '../verdict.ts';

/** How a rule or a verdict map's element ends a rule. Linux: struct nft_verdict. */
export type Verdict =
  | { readonly kind: 'accept' }
  | { readonly kind: 'drop' }
  | { readonly kind: 'continue' }
  | { readonly kind: 'return' }
  | { readonly kind: 'jump'; readonly target: string }
  | { readonly kind: 'goto'; readonly target: string };

/** What ends a rule beside a verdict of its own: statements that decide over the packet. */
export type RuleEnd =
  | Verdict
  | { readonly kind: 'reject'; readonly with: RejectWith }
  | { readonly kind: 'nat'; readonly nat: NatRequest }
  | { readonly kind: 'stolen'; readonly by: string };

/** A verdict as a rule's hit names it. */
export function verdictName(end: RuleEnd): string {
  switch (end.kind) {
    case 'jump':
    case 'goto':
      return `${end.kind} ${end.target}`;
    case 'nat':
      return end.nat.kind;
    default:
      return end.kind;
  }
}
