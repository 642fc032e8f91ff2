import {
  parseRejectWith,
  type RejectTarget,
} from '../../../kernel/netfilter/xtables/target/reject.ts';
import { find, firstValue, type Grammar } from '../grammar.ts';

/** Other names that iptables and ip6tables take. */
const ALIASES: Readonly<Record<4 | 6, Readonly<Record<string, string>>>> = {
  4: {
    'net-unreach': 'icmp-net-unreachable',
    'host-unreach': 'icmp-host-unreachable',
    'proto-unreach': 'icmp-proto-unreachable',
    'port-unreach': 'icmp-port-unreachable',
    'net-prohib': 'icmp-net-prohibited',
    'host-prohib': 'icmp-host-prohibited',
    'admin-prohib': 'icmp-admin-prohibited',
    'tcp-rst': 'tcp-reset',
  },
  6: {
    'no-route': 'icmp6-no-route',
    'adm-prohibited': 'icmp6-adm-prohibited',
    'addr-unreach': 'icmp6-addr-unreachable',
    'port-unreach': 'icmp6-port-unreachable',
    'policy-fail': 'icmp6-policy-fail',
    'reject-route': 'icmp6-reject-route',
  },
};

export const rejectGrammar: Grammar<RejectTarget> = {
  extensions: { REJECT: { '--reject-with': 1 } },
  negatable: [],
  parse({ options, scope }) {
    const option = find(options, '--reject-with');
    if (!option) {
      const version = scope.family === 4 ? 'icmp' : 'icmp6';
      return { kind: 'reject', with: `${version}-port-unreachable` };
    }
    const text = firstValue(option);
    const aliases = ALIASES[scope.family];
    const answer = parseRejectWith(Object.hasOwn(aliases, text) ? (aliases[text] ?? text) : text);
    return answer && { kind: 'reject', with: answer };
  },
  print: (target) => `REJECT --reject-with ${target.with}`,
};
