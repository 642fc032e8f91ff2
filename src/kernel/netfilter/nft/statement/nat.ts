import type { Address } from '../../../../packet/address.ts';
import type { NatRequest } from '../../../conntrack/nat-request.ts';
import type { Expression } from '../expression/expression.ts';
import { mappedIntervals } from '../expression/map.ts';
import type { RuleScope } from '../rule-scope.ts';
import { type Interval, type Scalar, scalarAddress, single } from '../value.ts';
import type { StatementOutcome } from './statement.ts';

/** `dnat`, `snat`, `masquerade` and `redirect`. Linux: struct nft_nat, nft_masq, nft_redir. */
export interface NatStatement {
  readonly kind: 'nat';
  readonly operation: 'dnat' | 'snat' | 'masquerade' | 'redirect';
  /** Packets of the other family pass by, in an inet table. */
  readonly family: 4 | 6 | null;
  /** Gives the address, or address and port when it maps to a concatenation. */
  readonly address: Expression | null;
  readonly port: Expression | null;
  readonly flags: readonly string[];
  /** `prefix`: the host part of the address is kept. */
  readonly prefix: boolean;
}

/** Linux: nft_nat_eval(), nft_nat_inet_eval(), nft_masq_ipv4_eval(), nft_redir_ipv4_eval(). */
export function executeNat(nat: NatStatement, scope: RuleScope): StatementOutcome {
  const { skb } = scope.packet;
  if (nat.family !== null && nat.family !== skb.packet.source.family) return { kind: 'next', skb };
  const target = targetOf(nat, scope);
  return target === null
    ? { kind: 'break' }
    : { kind: 'end', end: { kind: 'nat', nat: requestOf(nat, target) } };
}

interface Target {
  readonly address: { readonly first: Address; readonly last: Address } | null;
  readonly ports: { readonly first: number; readonly last: number } | null;
}

/** null when a map lacks the packet's key, which ends the rule. */
function targetOf(nat: NatStatement, scope: RuleScope): Target | null {
  const address = nat.address === null ? [] : intervalsOf(nat.address, scope);
  const port = nat.port === null ? [] : intervalsOf(nat.port, scope);
  if (address === null || port === null) return null;
  return { address: addressRange(address[0]), ports: portRange(port[0] ?? address[1]) };
}

function intervalsOf(expression: Expression, scope: RuleScope): readonly Interval[] | null {
  if (expression.kind === 'literal') return expression.value;
  if (expression.kind === 'map') return mappedIntervals(expression, scope);
  const evaluated = scope.evaluate(expression);
  if (evaluated.kind === 'break') return null;
  return evaluated.value.filter((part): part is Scalar => part !== null).map(single);
}

function addressRange(interval: Interval | undefined): Target['address'] {
  if (!interval) return null;
  const first = scalarAddress(interval.first);
  const last = scalarAddress(interval.last);
  return first && last ? { first, last } : null;
}

function portRange(interval: Interval | undefined): Target['ports'] {
  return typeof interval?.first === 'number' && typeof interval.last === 'number'
    ? { first: interval.first, last: interval.last }
    : null;
}

function requestOf({ operation, flags, prefix }: NatStatement, target: Target): NatRequest {
  const random = flags.includes('random') || flags.includes('fully-random');
  const { address, ports } = target;
  if (operation === 'masquerade' || operation === 'redirect') {
    return { kind: operation, ports, random };
  }
  if (prefix && address) {
    return { kind: operation === 'dnat' ? 'netmap-dst' : 'netmap-src', ...address };
  }
  return {
    kind: operation,
    first: address?.first ?? null,
    last: address?.last ?? null,
    ports,
    random,
    persistent: flags.includes('persistent'),
  };
}
