import {
  IPV6_HEADERS,
  type Ipv6HeaderName,
  type Ipv6headerMatch,
} from '../../../kernel/netfilter/xtables/match/ipv6header.ts';
import { find, firstValue, type Grammar, joined, printed } from '../grammar.ts';

const NAMES = Object.keys(IPV6_HEADERS).filter(isHeaderName);

/** Other names that iptables takes. */
const SHORT: Readonly<Record<string, Ipv6HeaderName>> = {
  hop: 'hop-by-hop',
  dst: 'ipv6-opts',
  route: 'ipv6-route',
  frag: 'ipv6-frag',
  auth: 'ah',
  none: 'ipv6-nonxt',
  prot: 'protocol',
};

export const ipv6headerGrammar: Grammar<Ipv6headerMatch> = {
  extensions: { ipv6header: { '--header': 1, '--soft': 0 } },
  negatable: ['--header'],
  parse({ options }) {
    const option = find(options, '--header');
    if (!option) return null;
    const headers = firstValue(option).split(',').map(parseName);
    if (headers.includes(null)) return null;
    return {
      kind: 'ipv6header',
      negated: option.negated,
      headers: NAMES.filter((name) => headers.includes(name)),
      soft: find(options, '--soft') !== undefined,
    };
  },
  print: ({ negated, headers, soft }) =>
    joined('ipv6header', printed(negated, `--header ${headers.join(',')}`), soft ? '--soft' : ''),
};

function isHeaderName(text: string): text is Ipv6HeaderName {
  return Object.hasOwn(IPV6_HEADERS, text);
}

function parseName(text: string): Ipv6HeaderName | null {
  if (isHeaderName(text)) return text;
  if (Object.hasOwn(SHORT, text)) return SHORT[text] ?? null;
  return NAMES.find((name) => String(IPV6_HEADERS[name].number) === text) ?? null;
}
