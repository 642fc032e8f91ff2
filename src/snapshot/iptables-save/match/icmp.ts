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
    'port-unreachable': '3/3',
    'fragmentation-needed': '3/4',
    redirect: '5',
    'echo-request': '8',
    ping: '8',
    'time-exceeded': '11',
    'ttl-exceeded': '11',
    'parameter-problem': '12',
  },
  6: {
    'destination-unreachable': '1',
    'packet-too-big': '2',
    'time-exceeded': '3',
    'parameter-problem': '4',
    'echo-request': '128',
    'echo-reply': '129',
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
