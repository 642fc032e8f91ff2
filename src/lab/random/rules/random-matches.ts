import type { RuleContext } from '../random-rules.ts';
import type { XtTable } from '../xtables-draft.ts';
import { randomDevice, randomPrefix } from './addresses.ts';
import type { BuiltIn } from './random-chains.ts';

/** Where a rule stands: what it may ask depends on it. */
export interface RulePlace {
  readonly table: XtTable;
  readonly hook: BuiltIn;
}

const PORTS = ['8080', '53', '80', '30080', '8443', '8080:8090', '1024:65535'] as const;

/** Some matches; `protocol` is what the target needs, or null. */
export function randomMatches(
  context: RuleContext,
  place: RulePlace,
  protocol: 'tcp' | null,
  broad: boolean,
): string {
  const { random, site } = context;
  const inverted = (option: string, probability = 0.12): string =>
    random.chance(probability) ? `! ${option}` : option;
  const used =
    protocol ??
    random.weighted([
      [4, null],
      [4, 'tcp'],
      [2, 'udp'],
      [1, 'icmp'],
    ] as const);
  const parts: string[] = [];
  // Rules that end packets are narrow, so that much still arrives.
  if (random.chance(broad ? 0.2 : 0.7)) parts.push(inverted(`-s ${randomPrefix(random, site)}`));
  if (random.chance(broad ? 0.2 : 0.6)) parts.push(inverted(`-d ${randomPrefix(random, site)}`));
  const hasInput = place.hook !== 'OUTPUT' && place.hook !== 'POSTROUTING';
  const hasOutput = place.hook !== 'INPUT' && place.hook !== 'PREROUTING';
  if (hasInput && random.chance(0.25)) parts.push(inverted(`-i ${randomDevice(random, site)}`));
  if (hasOutput && random.chance(0.25)) parts.push(inverted(`-o ${randomDevice(random, site)}`));
  if (used !== null) parts.push(...protocolMatches(context, used));
  if (random.chance(0.6)) parts.push(randomExtension(context, place, used, inverted));
  return parts.join(' ');
}

function protocolMatches(
  { random }: RuleContext,
  protocol: 'tcp' | 'udp' | 'icmp',
): readonly string[] {
  const base = `-p ${protocol}`;
  if (protocol === 'icmp') {
    return [base, `-m icmp --icmp-type ${random.pick(['8', '0', '3/3', '3', 'any'])}`];
  }
  const list = random.some(PORTS, 0.4);
  const options = [
    `-m ${protocol} --dport ${random.pick(PORTS)}`,
    `-m ${protocol} --sport ${random.pick(PORTS)}`,
    `-m multiport --dports ${(list.length > 0 ? list : PORTS).join(',')}`,
    `-m multiport ! --ports ${random.pick(PORTS)}`,
    ...(protocol === 'tcp'
      ? [
          '-m tcp --tcp-flags SYN,RST,ACK,FIN SYN',
          '-m tcp --tcp-flags SYN,ACK SYN,ACK',
          '-m tcp ! --tcp-flags SYN,RST,ACK,FIN SYN',
          '-m tcp --tcp-option 8',
        ]
      : []),
  ];
  return random.chance(0.2) ? [base] : [base, random.pick(options)];
}

function randomExtension(
  context: RuleContext,
  place: RulePlace,
  protocol: string | null,
  inverted: (option: string, probability?: number) => string,
): string {
  const { random, site } = context;
  const state = random.pick([
    'NEW',
    'ESTABLISHED',
    'INVALID',
    'UNTRACKED',
    'RELATED,ESTABLISHED',
    ...(place.table === 'raw' ? [] : ['DNAT', 'SNAT', 'NEW,ESTABLISHED']),
  ]);
  const types = ['LOCAL', 'UNICAST', 'BROADCAST', 'MULTICAST', 'BLACKHOLE', 'UNREACHABLE'];
  const range = random.pick([
    '192.168.7.11-192.168.7.13',
    '10.244.1.0-10.244.2.9',
    '10.96.0.0-10.96.0.11',
  ]);
  return random.pick([
    `-m conntrack ${inverted(`--ctstate ${state}`)}`,
    `-m conntrack ${inverted(`--ctstate ${state}`)}`,
    `-m state --state ${random.pick(['NEW', 'ESTABLISHED', 'RELATED', 'INVALID'])}`,
    `-m mark ${inverted(`--mark ${random.pick(['0x1', '0x10/0xf0', '0x4000/0x4000', '0x0'])}`)}`,
    `-m connmark ${inverted(`--mark ${random.pick(['0x1', '0x0', '0x10/0xf0'])}`)}`,
    `-m addrtype ${inverted(`--dst-type ${random.pick(types)}`)}`,
    `-m addrtype ${inverted(`--src-type ${random.pick(types)}`)}`,
    `-m iprange ${random.pick(['--src-range', '--dst-range'])} ${range}`,
    '-m comment --comment "a rule of somebody\'s"',
    `-m ttl --ttl-${random.pick(['eq 64', 'lt 64', 'gt 62'])}`,
    // Only a segment's length is known before it is sent.
    ...(protocol === 'tcp' ? [`-m length --length ${random.pick(['60', '0:59', '52:84'])}`] : []),
    `-m dscp ${inverted('--dscp 0x00')}`,
    `-m pkttype --pkt-type ${random.pick(['unicast', 'broadcast'])}`,
    `-m conntrack --ctdir ${random.pick(['ORIGINAL', 'REPLY'])}`,
    `-m conntrack --ctorigdst ${randomPrefix(random, site)}`,
    `-m conntrack --ctstatus ${random.pick(['CONFIRMED', 'SEEN_REPLY', 'ASSURED'])}`,
    ...(place.hook === 'PREROUTING' && (place.table === 'raw' || place.table === 'mangle')
      ? [`-m rpfilter ${random.pick(['', '--loose', '--validmark', '--invert'])}`.trim()]
      : []),
    ...(place.hook === 'OUTPUT' || place.hook === 'POSTROUTING' ? ['-m owner --uid-owner 0'] : []),
    ...(place.hook === 'FORWARD' ? ['-m physdev --physdev-is-bridged'] : []),
    ...(place.hook === 'FORWARD' || place.hook === 'PREROUTING'
      ? [`-m physdev --physdev-in ${random.pick(['veth-p1a', 'veth-p2a', 'veth+'])}`]
      : []),
    // Matches that hardly any node has, all of them together as often as one of the others.
    random.pick([
      `-m ecn ${inverted('--ecn-ip-ect 0')}`,
      `-m policy --dir ${hasNoRoute(place) ? 'in' : 'out'} --pol ${random.pick(['none', 'ipsec'])}`,
      `-m u32 ${inverted(`--u32 "0x6&0xff=${random.pick(['0x6', '0x11', '0x1:0x6'])}"`)}`,
      `-m cluster ${inverted('--cluster-local-nodemask 0x00000001')} --cluster-total-nodes 2 --cluster-hash-seed 0x00000005`,
      `-m helper ${inverted('--helper ftp', 0.7)}`,
      `-m tos ${inverted(`--tos ${random.pick(['0x10/0x3f', '0x00/0xff', '0x08/0x08'])}`)}`,
      `-m mark ${inverted(`--mark ${random.pick(['0x0/0x2000', '0x1/0x3'])}`)}`,
      `-m conntrack ${inverted('--ctreplsrcport 8080')}`,
      `-m conntrack ${inverted('--ctstatus NONE')}`,
      `-m connlabel ${random.pick(['--label "5" --set', '--label "5"', '! --label "5"'])}`,
      `-m conntrack ${inverted(`--ctproto ${random.pick([6, 17])}`)}`,
      `-m conntrack ${inverted(`--ctorigdstport ${random.pick(['8080', '1:100'])}`)}`,
      `-m conntrack ${inverted(`--ctreplsrc ${randomPrefix(random, site)}`)}`,
      ...(protocol === 'tcp' ? [`-m tcpmss ${inverted('--mss 1:1460')}`] : []),
      ...(place.hook === 'OUTPUT' || place.hook === 'POSTROUTING'
        ? []
        : [
            `-m devgroup ${inverted('--src-group default')}`,
            `-m mac ${inverted(`--mac-source 02:00:00:00:01:0${1 + random.below(2)}`)}`,
            '-m addrtype --dst-type LOCAL --limit-iface-in',
          ]),
    ]),
  ]);
}

function hasNoRoute({ hook }: RulePlace): boolean {
  return hook === 'PREROUTING' || hook === 'INPUT';
}
