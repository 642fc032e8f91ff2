/** A seeded generator: a number below the given one. */
export type Random = (below: number) => number;

/** Addresses of packets and rules: few, so that they meet often. */
export const SOURCES = ['10.0.0.2', '10.0.0.3', '10.0.0.77'] as const;
/** Of the host itself, then of neighbours behind `out0`. */
export const TARGETS = ['10.0.0.1', '10.0.1.1', '10.0.1.2', '10.0.1.3', '10.0.1.4'] as const;
export const PORTS = [53, 80, 443, 8080] as const;
export const WIRE_MAC = '02:00:00:00:00:99';

/** Sets that the rules ask about, as `ipset restore` reads them. */
export const SETS = `create hl-ip hash:ip
add hl-ip 10.0.0.2
add hl-ip 10.0.1.3
create hl-masked hash:ip netmask 30
add hl-masked 10.0.0.0
add hl-masked 10.0.1.4
create hl-net hash:net
add hl-net 10.0.0.0/16
add hl-net 10.0.1.2/31 nomatch
create hl-port hash:ip,port
add hl-port 10.0.1.2,80
add hl-port 10.0.1.3,udp:53
add hl-port 10.0.1.2,icmp:echo-request
create hl-ports bitmap:port range 0-1000
add hl-ports 80-443
create hl-iface hash:net,iface
add hl-iface 10.0.0.0/24,in0
add hl-iface 10.0.0.64/26,out wildcard
create hl-list list:set size 4
add hl-list hl-ip
add hl-list hl-ports
`;

export function pick<T>(random: Random, list: readonly T[]): T {
  const value = list[random(list.length)];
  if (value === undefined) throw new Error('nothing to pick from');
  return value;
}

/** `option`, sometimes inverted. */
function maybe(random: Random, option: string): string {
  return random(3) === 0 ? `! ${option}` : option;
}

const PREFIXES = [
  '10.0.0.0/24',
  '10.0.0.2/31',
  '10.0.1.0/30',
  '10.0.1.2/32',
  '10.0.0.0/255.0.0.253',
];

/** Where a rule stands: what it may ask depends on it. */
export interface Place {
  readonly table: 'raw' | 'mangle' | 'nat' | 'filter';
  readonly hook: 'PREROUTING' | 'INPUT' | 'FORWARD' | 'POSTROUTING';
}

/** The protocol comes first, because other options need it. */
export function randomMatches(random: Random, place: Place): string {
  const parts: string[] = [];
  if (random(3) === 0) parts.push(maybe(random, `-s ${pick(random, [...SOURCES, ...PREFIXES])}`));
  if (random(3) === 0) parts.push(maybe(random, `-d ${pick(random, [...TARGETS, ...PREFIXES])}`));
  if (random(4) === 0) parts.push(device(random, place));
  if (random(2) === 0) parts.push(protocolMatch(random));
  for (let i = random(3); i > 0; i--) parts.push(pick(random, ANYWHERE)(random, place));
  return parts.join(' ');
}

function device(random: Random, { hook }: Place): string {
  const name = pick(random, ['in0', 'in+', 'out0', 'eth9']);
  if (hook === 'POSTROUTING') return maybe(random, `-o ${name}`);
  if (hook === 'FORWARD' && random(2) === 0) return maybe(random, `-o ${name}`);
  return maybe(random, `-i ${name}`);
}

function protocolMatch(random: Random): string {
  const port = pick(random, PORTS);
  const side = pick(random, ['--dport', '--sport']);
  switch (random(9)) {
    case 0:
      return maybe(random, `-p ${pick(random, ['tcp', 'udp', 'icmp', '89'])}`);
    case 1:
      return `-p tcp ${maybe(random, `--tcp-flags ${pick(random, ['SYN,ACK SYN', 'ALL ACK', 'FIN,SYN,RST,ACK SYN', 'RST RST'])}`)}`;
    case 4:
      return `-p tcp -m tcpmss ${maybe(random, `--mss ${pick(random, ['1460', '1000:1300', '1360'])}`)}`;
    case 2:
      return `-p icmp ${maybe(random, `--icmp-type ${pick(random, ['8', '8/0', '3', 'any'])}`)}`;
    case 3:
      return `-p ${pick(random, ['tcp', 'udp'])} -m multiport ${maybe(random, `${pick(random, ['--ports', '--dports', '--sports'])} ${pick(random, ['53,80', '1:79,443', '8080'])}`)}`;
    default:
      return `-p ${pick(random, ['tcp', 'udp'])} ${maybe(random, `${side} ${pick(random, [`${port}`, `:${port}`, `${port}:`, '60:500', '40000:'])}`)}`;
  }
}

type Option = (random: Random, place: Place) => string;

/**
 * Matches without randomness, clock or rate: the kernel answers the same each time. The model
 * does not keep whether a connection is ASSURED, because that depends on time.
 */
const ANYWHERE: readonly Option[] = [
  (random) =>
    `-m mark ${maybe(random, `--mark ${pick(random, ['0x0', '0x1/0x1', '0x4/0x6', '0x10'])}`)}`,
  (random) => `-m connmark ${maybe(random, `--mark ${pick(random, ['0x0', '0x2/0x2', '0x7'])}`)}`,
  (random) =>
    `-m conntrack ${maybe(random, `--ctstate ${pick(random, ['NEW', 'ESTABLISHED', 'INVALID', 'UNTRACKED', 'DNAT', 'SNAT', 'NEW,DNAT', 'RELATED,ESTABLISHED'])}`)}`,
  (random) =>
    `-m conntrack ${maybe(random, `--ctorigdst ${pick(random, [...TARGETS, '10.0.1.0/31'])}`)}`,
  (random) => `-m conntrack ${maybe(random, `--ctreplsrc ${pick(random, TARGETS)}`)}`,
  (random) => `-m conntrack ${maybe(random, `--ctproto ${pick(random, ['tcp', 'udp'])}`)}`,
  (random) => `-m conntrack ${maybe(random, `--ctorigdstport ${pick(random, ['80', '1:100'])}`)}`,
  (random) =>
    `-m conntrack ${maybe(random, `--ctstatus ${pick(random, ['NONE', 'SEEN_REPLY', 'CONFIRMED'])}`)}`,
  (random) => `-m conntrack --ctdir ${pick(random, ['ORIGINAL', 'REPLY'])}`,
  (random) =>
    `-m state ${maybe(random, `--state ${pick(random, ['NEW', 'ESTABLISHED', 'UNTRACKED'])}`)}`,
  (random) =>
    `-m addrtype ${maybe(random, `--${pick(random, ['src', 'dst'])}-type ${pick(random, ['LOCAL', 'UNICAST', 'LOCAL,BROADCAST'])}`)}`,
  (random, { hook }) =>
    hook === 'PREROUTING' || hook === 'INPUT'
      ? `-m addrtype --dst-type LOCAL --limit-iface-in`
      : `-m addrtype ${maybe(random, '--dst-type LOCAL')}`,
  (random) =>
    `-m iprange ${maybe(random, `--${pick(random, ['src', 'dst'])}-range ${pick(random, ['10.0.0.1-10.0.0.2', '10.0.1.2-10.0.1.9'])}`)}`,
  (random) => `-m length ${maybe(random, `--length ${pick(random, ['48', '0:60', '61:100'])}`)}`,
  (random) =>
    `-m ttl ${pick(random, ['--ttl-eq 64', '! --ttl-eq 63', '--ttl-lt 64', '--ttl-gt 63'])}`,
  (random) => `-m tos ${maybe(random, `--tos ${pick(random, ['0x10', '0x08/0x3f', '0x00'])}`)}`,
  (random) => `-m dscp ${maybe(random, `--dscp ${pick(random, ['0x02', '0x04', '0x00'])}`)}`,
  (random) => `-m set ${maybe(random, setMatch(random))}`,
  (random) => `-m comment --comment "${pick(random, ['a b', 'x', "it's"])}"`,
  (random, { hook }) =>
    hook === 'POSTROUTING' || hook === 'FORWARD'
      ? '-m physdev ! --physdev-is-bridged'
      : `-m mac ${maybe(random, `--mac-source ${pick(random, [WIRE_MAC, '02:00:00:00:00:01'])}`)}`,
  (random) => `-m pkttype ${maybe(random, `--pkt-type ${pick(random, ['unicast', 'multicast'])}`)}`,
  (random, { table, hook }) =>
    (table === 'raw' || table === 'mangle') && hook === 'PREROUTING'
      ? `-m rpfilter ${pick(random, ['', '--loose', '--invert', '--accept-local'])}`.trim()
      : '-m comment --comment "no rpfilter here"',
];

function setMatch(random: Random): string {
  const side = pick(random, ['src', 'dst']);
  switch (random(6)) {
    case 0:
      return `--match-set hl-ip ${side}`;
    case 1:
      return `--match-set hl-net ${side}${random(2) === 0 ? ' --return-nomatch' : ''}`;
    case 2:
      return `--match-set hl-port ${side},${pick(random, ['src', 'dst'])}`;
    case 3:
      return `--match-set ${pick(random, ['hl-ports', 'hl-masked'])} ${side}`;
    case 4:
      return `--match-set hl-iface src,${pick(random, ['src', 'dst'])}`;
    default:
      return `--match-set hl-list ${side}`;
  }
}
