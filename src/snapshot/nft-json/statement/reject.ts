import type { RejectWith } from '../../../kernel/netfilter/verdict.ts';
import { isObject, textOf } from '../../json-value.ts';
import { addressFamily } from '../table-scope.ts';
import type { StatementReader } from './statement-reader.ts';

/** nft's names of codes. Those of ICMPv6 stand for their IPv4 counterpart. */
const CODES: Readonly<Record<string, Readonly<Record<string, RejectWith>>>> = {
  icmp: {
    'net-unreachable': 'icmp-net-unreachable',
    'host-unreachable': 'icmp-host-unreachable',
    'prot-unreachable': 'icmp-proto-unreachable',
    'port-unreachable': 'icmp-port-unreachable',
    'net-prohibited': 'icmp-net-prohibited',
    'host-prohibited': 'icmp-host-prohibited',
    'admin-prohibited': 'icmp-admin-prohibited',
  },
  icmpv6: {
    'no-route': 'icmp-net-unreachable',
    'admin-prohibited': 'icmp-admin-prohibited',
    'addr-unreachable': 'icmp-host-unreachable',
    'port-unreachable': 'icmp-port-unreachable',
    'policy-fail': 'icmp6-policy-fail',
    'reject-route': 'icmp6-reject-route',
  },
  icmpx: {
    'no-route': 'icmp-net-unreachable',
    'admin-prohibited': 'icmp-admin-prohibited',
    'host-unreachable': 'icmp-host-unreachable',
    'port-unreachable': 'icmp-port-unreachable',
  },
};

/** `{"type": "icmp", "expr": "port-unreachable"}`, `{"type": "tcp reset"}`, or nothing. */
export const readReject: StatementReader = (operand, scope) => {
  const plain = plainType(scope);
  const type = isObject(operand) ? (textOf(operand, 'type') ?? plain) : plain;
  if (type === 'tcp reset') {
    return {
      node: { kind: 'reject', with: 'tcp-reset', family: null },
      text: 'reject with tcp reset',
    };
  }
  const code = isObject(operand) ? (textOf(operand, 'expr') ?? PLAIN_CODE) : PLAIN_CODE;
  const codes = Object.hasOwn(CODES, type) ? CODES[type] : undefined;
  const reply = codes && Object.hasOwn(codes, code) ? codes[code] : undefined;
  if (!reply) return null;
  const family = type === 'icmp' ? 4 : type === 'icmpv6' ? 6 : null;
  const isPlain = type === plain && code === PLAIN_CODE;
  return {
    node: { kind: 'reject', with: reply, family },
    text: isPlain ? 'reject' : `reject with ${type} ${code}`,
  };
};

const PLAIN_CODE = 'port-unreachable';

/** What `reject` alone means in the table. */
function plainType(scope: Parameters<StatementReader>[1]): string {
  if (scope.family !== 'ip' && scope.family !== 'ip6') return 'icmpx';
  return addressFamily(scope) === 6 ? 'icmpv6' : 'icmp';
}
