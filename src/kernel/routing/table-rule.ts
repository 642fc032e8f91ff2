import type { RoutingRule } from './route.ts';

/** A routing rule that sends every packet to a table, as the kernel makes its own three. */
export function tableRule(priority: number, table: string): RoutingRule {
  return {
    priority,
    not: false,
    source: null,
    destination: null,
    fwmark: null,
    iif: null,
    oif: null,
    tos: null,
    protocol: null,
    sport: null,
    dport: null,
    uidRange: null,
    action: { kind: 'table', table, suppressPrefixLength: null, suppressGroup: null },
    unsupported: [],
    line: null,
  };
}
