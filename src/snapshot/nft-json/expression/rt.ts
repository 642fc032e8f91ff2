import { RT_KEYS } from '../../../kernel/netfilter/nft/expression/rt.ts';
import { type JsonObject, textOf } from '../../json-value.ts';
import { BOOLEAN, INTEGER, IPV4_ADDR, IPV6_ADDR, REALM } from '../data-type.ts';
import { addressFamily, type TableScope } from '../table-scope.ts';
import type { TypedExpression } from '../typed-expression.ts';

/** `{"key": "nexthop", "family": "ip"}`. */
export function readRt(operand: JsonObject, scope: TableScope): TypedExpression | null {
  const key = RT_KEYS.find((name) => name === textOf(operand, 'key'));
  if (!key) return null;
  const named = textOf(operand, 'family');
  const family = named === 'ip6' ? 6 : named === 'ip' ? 4 : null;
  const addresses = (family ?? addressFamily(scope)) === 6 ? IPV6_ADDR : IPV4_ADDR;
  const types = { classid: REALM, nexthop: addresses, mtu: INTEGER, ipsec: BOOLEAN };
  return {
    node: { kind: 'rt', key, family },
    text: named === null ? `rt ${key}` : `rt ${named} ${key}`,
    types: [types[key]],
  };
}
