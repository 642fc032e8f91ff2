import type { XtMatch } from '../../kernel/netfilter/xtables/match/match-types.ts';
import { type AddressMatch, ANY_HEADER, type XtRule } from '../../kernel/netfilter/xtables/rule.ts';
import type { XtTarget } from '../../kernel/netfilter/xtables/target/target-types.ts';
import { formatAddress, ipv4 } from '../../packet/address.ts';
import { formatPrefix, ipv4Mask, type Prefix } from '../../packet/prefix.ts';
import { parseProtocol } from '../../packet/protocol.ts';
import type { SourceRef } from '../../packet/source-ref.ts';

/** A rule as far as diagnosis writes rules. */
export interface RuleSpec {
  readonly chain: string;
  readonly source?: PrefixMatch;
  readonly destination?: PrefixMatch;
  /** `all` needs no ports. */
  readonly protocol: 'tcp' | 'udp' | 'icmp' | 'sctp' | 'all';
  readonly sport?: number;
  readonly dport?: number;
  readonly target: RuleTarget;
}

export interface PrefixMatch {
  readonly prefix: Prefix;
  readonly negated?: boolean;
}

export type RuleTarget =
  | { readonly kind: 'accept' }
  | { readonly kind: 'masquerade' }
  | { readonly kind: 'jump'; readonly chain: string }
  | {
      readonly kind: 'dnat' | 'snat';
      readonly to: Prefix['address'];
      readonly port: number | null;
    };

/** The rule's arguments after `-A CHAIN`, as iptables takes and iptables-save prints them. */
export function ruleArguments(spec: RuleSpec): readonly string[] {
  const { source, destination, protocol, target } = spec;
  return [
    ...addressArguments('-s', source),
    ...addressArguments('-d', destination),
    ...(protocol === 'all' ? [] : ['-p', protocol]),
    ...portArguments(spec),
    ...targetArguments(target),
  ];
}

function portArguments({ protocol, sport, dport }: RuleSpec): readonly string[] {
  if (protocol === 'all' || (sport === undefined && dport === undefined)) return [];
  return [
    '-m',
    protocol,
    ...(sport === undefined ? [] : ['--sport', `${sport}`]),
    ...(dport === undefined ? [] : ['--dport', `${dport}`]),
  ];
}

function addressArguments(option: string, match: PrefixMatch | undefined): readonly string[] {
  if (!match) return [];
  return [...(match.negated ? ['!'] : []), option, formatPrefix(match.prefix)];
}

function targetArguments(target: RuleTarget): readonly string[] {
  switch (target.kind) {
    case 'accept':
      return ['-j', 'ACCEPT'];
    case 'masquerade':
      return ['-j', 'MASQUERADE'];
    case 'jump':
      return ['-j', target.chain];
    case 'dnat':
    case 'snat': {
      const port = target.port === null ? '' : `:${target.port}`;
      const option = target.kind === 'dnat' ? '--to-destination' : '--to-source';
      return ['-j', target.kind.toUpperCase(), option, `${formatAddress(target.to)}${port}`];
    }
  }
}

/** The rule as the model's tables hold it. */
export function buildRule(spec: RuleSpec, source: SourceRef): XtRule {
  const { protocol } = spec;
  const number = protocol === 'all' ? null : parseProtocol(protocol);
  return {
    text: ['-A', spec.chain, ...ruleArguments(spec)].join(' '),
    source,
    counters: null,
    header: {
      ...ANY_HEADER,
      source: addressMatch(spec.source),
      destination: addressMatch(spec.destination),
      protocol: number === null ? null : { negated: false, protocol: number },
    },
    matches: portMatches(spec),
    target: modelTarget(spec.target),
  };
}

function addressMatch(match: PrefixMatch | undefined): AddressMatch | null {
  if (!match) return null;
  const { address, length } = match.prefix;
  return { address, mask: ipv4(ipv4Mask(length)), negated: match.negated ?? false };
}

function portMatches({ protocol, ...ports }: RuleSpec): readonly XtMatch[] {
  if (ports.sport === undefined && ports.dport === undefined) return [];
  const range = (port: number | undefined) =>
    port === undefined ? null : { negated: false, first: port, last: port };
  const sport = range(ports.sport);
  const dport = range(ports.dport);
  switch (protocol) {
    case 'tcp':
      return [{ kind: 'tcp', sport, dport, flags: null, option: null }];
    case 'udp':
      return [{ kind: 'udp', sport, dport }];
    case 'icmp':
    case 'sctp':
    case 'all':
      return [];
  }
}

function modelTarget(target: RuleTarget): XtTarget {
  switch (target.kind) {
    case 'accept':
      return { kind: 'accept' };
    case 'jump':
      return { kind: 'jump', chain: target.chain };
    case 'masquerade':
      return { kind: 'masquerade', ports: null, random: false, randomFully: false };
    case 'dnat': {
      return { kind: 'dnat', basePort: null, ...range(target) };
    }
    case 'snat':
      return { kind: 'snat', ...range(target) };
  }
}

function range(target: Extract<RuleTarget, { readonly kind: 'dnat' | 'snat' }>) {
  return {
    first: target.to,
    last: target.to,
    ports: target.port === null ? null : { first: target.port, last: target.port },
    random: false,
    randomFully: false,
    persistent: false,
  };
}
