import { type Address, formatAddress, ipv4 } from '../../../src/packet/address.ts';

/** A seeded generator of random numbers (mulberry32), so that a failure can be repeated. */
export function randomFrom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

type Random = (below: number) => number;

/** Devices of the generated namespace; `d3` has no address, `d4` stays down. */
export const DEVICES = ['d0', 'd1', 'd2', 'd3', 'd4'] as const;

/** Objects of `ip nexthop`: single ones, one of them without a way, and a group. */
const NEXTHOP_OBJECTS = [1, 2, 3, 4] as const;

const OBJECT_COMMANDS = [
  'link set d1 group 5',
  'nexthop add id 1 via 10.0.0.1 dev d0',
  'nexthop add id 2 via 10.5.1.1 dev d1',
  'nexthop add id 3 blackhole',
  'nexthop add id 4 group 1/2,3',
];

/** Commands of `ip -batch` that build devices and addresses. The same for every seed. */
export const DEVICE_COMMANDS: readonly string[] = [
  ...DEVICES.flatMap((name) => [
    `link add ${name} type veth peer name ${name}p`,
    `link set ${name}p up`,
    ...(name === 'd4' ? [] : [`link set ${name} up`]),
  ]),
  'addr add 10.0.0.2/24 dev d0',
  'addr add 10.0.0.3/24 dev d0',
  'addr add 10.5.0.1/16 dev d1',
  'addr add 172.16.9.1/30 dev d1',
  'addr add 169.254.7.7/16 scope link dev d1',
  'addr add 192.168.82.0/16 dev d2',
  'addr add 192.168.99.9/32 dev lo',
  'addr add 10.9.0.1 peer 10.9.0.2/32 dev d2',
  ...OBJECT_COMMANDS,
];

export const OWN_ADDRESSES = [
  '10.0.0.2',
  '10.0.0.3',
  '10.5.0.1',
  '172.16.9.1',
  '192.168.82.0',
  '192.168.99.9',
  '127.0.0.1',
] as const;

/** Gateways that are on a link, with their devices. */
const GATEWAYS = [
  ['10.0.0.1', 'd0'],
  ['10.0.0.254', 'd0'],
  ['10.5.1.1', 'd1'],
  ['172.16.9.2', 'd1'],
  ['192.168.3.4', 'd2'],
  ['10.9.0.2', 'd2'],
] as const;

const TABLES = ['main', '100', '101', '102', 'local'] as const;

function pick<T>(random: Random, list: readonly T[]): T {
  const value = list[random(list.length)];
  if (value === undefined) throw new Error('empty list');
  return value;
}

/** Few octets, so that prefixes overlap and lookups hit. */
function randomAddress(random: Random): Address {
  const octet = (): number => pick(random, [0, 1, 2, 3, 64, 128, 200]);
  const first = pick(random, [10, 10, 172, 192, 8, 20]);
  const second = first === 192 ? 168 : first === 172 ? 16 : octet();
  return ipv4(first * 2 ** 24 + second * 2 ** 16 + octet() * 256 + octet());
}

function randomPrefix(random: Random): string {
  const length = pick(random, [0, 8, 9, 12, 15, 16, 20, 24, 25, 30, 31, 32]);
  const mask = length === 0 ? 0 : (0xffffffff << (32 - length)) >>> 0;
  const { bits } = randomAddress(random);
  return `${formatAddress(ipv4((Number(bits) & mask) >>> 0))}/${length}`;
}

function randomNexthop(random: Random): string {
  if (random(4) === 0) return `dev ${pick(random, ['d0', 'd1', 'd2', 'd3'])}`;
  const [gateway, device] = pick(random, GATEWAYS);
  return random(3) === 0
    ? `via ${formatAddress(randomAddress(random))} dev ${device} onlink`
    : `via ${gateway} dev ${device}`;
}

function randomRoute(random: Random): string {
  const table = pick(random, TABLES.slice(0, 4));
  const prefix = randomPrefix(random);
  const end = `table ${table} metric ${pick(random, [0, 0, 50, 100])}`;
  const tos = random(10) === 0 ? `tos ${pick(random, ['0x04', '0x08', '0x10'])} ` : '';
  switch (random(12)) {
    case 0:
      return `route add ${tos}blackhole ${prefix} ${end}`;
    case 1:
      return `route add ${tos}unreachable ${prefix} ${end}`;
    case 2:
      return `route add ${tos}prohibit ${prefix} ${end}`;
    case 3:
      return `route add ${tos}throw ${prefix} ${end}`;
    case 4:
      return `route add ${prefix} ${end} nexthop ${weighted(random)} nexthop ${weighted(random)}`;
    case 5:
      return `route add ${tos}${prefix} nhid ${pick(random, NEXTHOP_OBJECTS)} ${end}`;
    default: {
      const prefsrc = random(4) === 0 ? ` src ${pick(random, OWN_ADDRESSES.slice(0, 5))}` : '';
      const mtu = random(6) === 0 ? ' mtu 1300' : '';
      return `route add ${tos}${prefix} ${randomNexthop(random)} ${end}${prefsrc}${mtu}`;
    }
  }
}

function weighted(random: Random): string {
  const [gateway, device] = pick(random, GATEWAYS);
  return `via ${gateway} dev ${device} weight ${1 + random(3)}`;
}

function randomRule(random: Random, priority: number): string {
  const words = [`rule add priority ${priority}`];
  if (random(5) === 0) words.push('not');
  const source = pick(random, ['all', 'all', '10.0.0.0/8', '10.0.0.2', randomPrefix(random)]);
  words.push(`from ${source}`);
  if (random(4) === 0) words.push(`to ${randomPrefix(random)}`);
  if (random(3) === 0) words.push(`fwmark ${pick(random, ['1', '0x2/0x2', '0x10/0xf0'])}`);
  if (random(6) === 0) words.push(`iif ${pick(random, ['lo', 'd0', 'd2'])}`);
  if (random(6) === 0) words.push(`oif ${pick(random, ['d0', 'd1'])}`);
  if (random(8) === 0) words.push(`tos ${pick(random, ['0x08', '0x10'])}`);
  if (random(8) === 0) words.push(`ipproto ${pick(random, ['tcp', 'udp'])}`);
  if (random(8) === 0) words.push(`sport ${pick(random, ['1000-2000', '53'])}`);
  if (random(8) === 0) words.push(`dport ${pick(random, ['80', '400-500'])}`);
  if (random(12) === 0) words.push(`tun_id ${pick(random, [1, 7])}`);
  if (random(8) === 0) words.push(`uidrange ${pick(random, ['0-0', '1000-2000'])}`);
  words.push(randomAction(random, priority));
  return words.join(' ');
}

function randomAction(random: Random, priority: number): string {
  switch (random(20)) {
    case 0:
      return 'unreachable';
    case 1:
      return 'prohibit';
    case 2:
      return 'blackhole';
    case 3:
      return 'nop';
    case 4:
      return `goto ${pick(random, [priority + 100, 32766, priority + 55])}`;
    case 5:
      return `lookup ${pick(random, TABLES)} suppress_prefixlength ${pick(random, [0, 8, 16])}`;
    case 6:
      return `lookup ${pick(random, TABLES)} suppress_ifgroup ${pick(random, [0, 5, 6])}`;
    default:
      return `lookup ${pick(random, TABLES)}`;
  }
}

/** Routes and rules. Some are refused by the kernel (duplicates): the batch goes on. */
export function randomTables(random: Random): readonly string[] {
  const routes = Array.from({ length: 60 }, () => randomRoute(random));
  // Without rules the kernel searches local and main as one.
  const rules =
    random(4) === 0
      ? []
      : Array.from({ length: 1 + random(6) }, (_, i) => randomRule(random, 100 * (i + 1)));
  return [...routes, ...rules];
}

/** A lookup as `ip route get` asks it. */
export interface Lookup {
  readonly destination: Address;
  readonly source: Address | null;
  readonly iif: string | null;
  readonly oif: string | null;
  readonly mark: number;
  readonly tos: number;
  readonly protocol: 6 | 17;
  readonly sport: number;
  readonly dport: number;
}

export function randomLookup(random: Random, incoming: boolean): Lookup {
  const own = pick(random, OWN_ADDRESSES);
  const parsed = ipv4(own.split('.').reduce((bits, octet) => bits * 256 + Number(octet), 0));
  const anyAddress = random(12) === 0 ? parsed : randomAddress(random);
  const outSource = random(3) === 0 ? parsed : random(12) === 0 ? randomAddress(random) : null;
  return {
    destination: anyAddress,
    source: incoming ? (random(10) === 0 ? parsed : randomAddress(random)) : outSource,
    iif: incoming ? pick(random, ['d0', 'd1', 'd2', 'd3']) : null,
    oif: incoming || random(3) > 0 ? null : pick(random, DEVICES),
    mark: pick(random, [0, 0, 1, 2, 3, 0x10]),
    tos: pick(random, [0, 0, 0, 0x08, 0x10]),
    protocol: pick(random, [6, 17] as const),
    sport: pick(random, [0, 53, 1500, 40000]),
    dport: pick(random, [0, 80, 443]),
  };
}

/** The lookup as a line of `ip -batch`. */
export function lookupCommand(lookup: Lookup): string {
  const words = ['route', 'get', formatAddress(lookup.destination)];
  if (lookup.source) words.push('from', formatAddress(lookup.source));
  if (lookup.iif) words.push('iif', lookup.iif);
  if (lookup.oif) words.push('oif', lookup.oif);
  if (lookup.mark) words.push('mark', String(lookup.mark));
  if (lookup.tos) words.push('tos', `0x${lookup.tos.toString(16)}`);
  words.push('ipproto', lookup.protocol === 6 ? 'tcp' : 'udp');
  if (lookup.sport) words.push('sport', String(lookup.sport));
  if (lookup.dport) words.push('dport', String(lookup.dport));
  return words.join(' ');
}
