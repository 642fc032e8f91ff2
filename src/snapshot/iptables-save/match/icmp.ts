import type { IcmpMatch } from '../../../kernel/netfilter/xtables/match/icmp.ts';
import { firstValue, type Grammar, printed } from '../grammar.ts';
import { parseNumber } from '../numbers.ts';

interface TypeAndCode {
  readonly type: number | null;
  readonly code: number | null;
}

/** Names that rules are often written with; saves hold numbers. iptables: libxt_icmp.h. */
const NAMES: Readonly<Record<4 | 6, Readonly<Record<string, string>>>> = {
  4: {
    'echo-reply': '0',
    pong: '0',
    'destination-unreachable': '3',
    'network-unreachable': '3/0',
    'host-unreachable': '3/1',
    'protocol-unreachable': '3/2',
    'port-unreachable': '3/3',
    'fragmentation-needed': '3/4',
    'source-route-failed': '3/5',
    'network-unknown': '3/6',
    'host-unknown': '3/7',
    'network-prohibited': '3/9',
    'host-prohibited': '3/10',
    'TOS-network-unreachable': '3/11',
    'TOS-host-unreachable': '3/12',
    'communication-prohibited': '3/13',
    'host-precedence-violation': '3/14',
    'precedence-cutoff': '3/15',
    'source-quench': '4',
    redirect: '5',
    'network-redirect': '5/0',
    'host-redirect': '5/1',
    'TOS-network-redirect': '5/2',
    'TOS-host-redirect': '5/3',
    'echo-request': '8',
    ping: '8',
    'router-advertisement': '9',
    'router-solicitation': '10',
    'time-exceeded': '11',
    'ttl-exceeded': '11',
    'ttl-zero-during-transit': '11/0',
    'ttl-zero-during-reassembly': '11/1',
    'parameter-problem': '12',
    'ip-header-bad': '12/0',
    'required-option-missing': '12/1',
    'timestamp-request': '13',
    'timestamp-reply': '14',
    'address-mask-request': '17',
    'address-mask-reply': '18',
  },
  6: {
    'destination-unreachable': '1',
    'no-route': '1/0',
    'communication-prohibited': '1/1',
    'beyond-scope': '1/2',
    'address-unreachable': '1/3',
    'port-unreachable': '1/4',
    'failed-policy': '1/5',
    'reject-route': '1/6',
    'packet-too-big': '2',
    'time-exceeded': '3',
    'ttl-exceeded': '3',
    'ttl-zero-during-transit': '3/0',
    'ttl-zero-during-reassembly': '3/1',
    'parameter-problem': '4',
    'bad-header': '4/0',
    'unknown-header-type': '4/1',
    'unknown-option': '4/2',
    'echo-request': '128',
    ping: '128',
    'echo-reply': '129',
    pong: '129',
    'router-solicitation': '133',
    'router-advertisement': '134',
    'neighbour-solicitation': '135',
    'neighbor-solicitation': '135',
    'neighbour-advertisement': '136',
    'neighbor-advertisement': '136',
    redirect: '137',
  },
};

export const icmpGrammar: Grammar<IcmpMatch> = {
  extensions: { icmp: { '--icmp-type': 1 }, icmp6: { '--icmpv6-type': 1 } },
  negatable: ['--icmp-type', '--icmpv6-type'],
  parse({ name, options }) {
    const [option] = options;
    const version = name === 'icmp' ? 4 : 6;
    const parsed = option ? parseType(firstValue(option), version) : { type: null, code: null };
    return parsed && { kind: 'icmp', version, negated: option?.negated ?? false, ...parsed };
  },
  print({ version, negated, type, code }) {
    const [name, option] = version === 4 ? ['icmp', '--icmp-type'] : ['icmp6', '--icmpv6-type'];
    const value = type === null ? 'any' : code === null ? String(type) : `${type}/${code}`;
    return `${name} ${printed(negated, `${option} ${value}`)}`;
  },
};

function parseType(text: string, version: 4 | 6): TypeAndCode | null {
  if (text === 'any') return { type: null, code: null };
  const named = Object.hasOwn(NAMES[version], text) ? NAMES[version][text] : undefined;
  const [typeText = '', codeText] = (named ?? text).split('/');
  const type = parseNumber(typeText, 255);
  const code = codeText === undefined ? null : parseNumber(codeText, 255);
  if (type === null || (codeText !== undefined && code === null)) return null;
  return { type, code };
}
