import type { RuleContext } from '../random-rules.ts';

/** What a rule of a native table is about; nft refuses matches of two protocols. */
export type Proto = 'tcp' | 'udp' | 'icmp' | null;

/** What few rulesets have, and the model follows exactly. */
export const RARE_MATCHES: readonly string[] = [
  'ct l3proto ipv4',
  'ct protocol tcp',
  'ct label 1',
  'ct zone 1',
  'ct original zone 0',
  'ct mark & 0xf0 == 0x10',
  'ip hdrlength 5',
  'ip option ra missing',
  'ip saddr & 0.0.0.255 != 0.0.0.2',
  'ip daddr . meta l4proto { 10.244.1.0/24 . tcp, 203.0.113.10 . udp }',
  'ip saddr . ip daddr != { 10.244.1.2 . 10.244.2.2, 192.168.7.0/24 . 10.244.1.0-10.244.1.9 }',
  'ip saddr @seen',
  '@nh,70,7 0x0',
  'meta nfproto ipv4',
  'meta l4proto != { udp, tcp }',
  'meta mark { 0x1, 0x10-0x1f }',
  'meta mark & 0x2001 != 0x2000',
  'meta mark != { 0x0, 0x2000 }',
  'numgen random mod 3 < 2',
  'jhash ip saddr mod 4 seed 0x5 < 2',
];

/** The same, where the protocol is known. */
export const RARE_PROTOCOL_MATCHES: Readonly<Record<Exclude<Proto, null>, readonly string[]>> = {
  tcp: [
    'tcp flags & (syn | ack) == syn',
    'tcp flags != syn',
    'tcp option maxseg size 1-1460',
    'tcp doff > 5',
    'ip daddr . tcp dport { 10.244.1.2 . 8080, 10.244.2.0/24 . 1-100 }',
    'tcp sport . tcp dport { 1024-65535 . 8080, 53 . 1024-65535 }',
    'th dport 8080',
    'meta l4proto tcp ct original proto-dst 8080',
    'meta l4proto tcp ct reply proto-src { 53, 8080 }',
  ],
  udp: ['th sport 53', 'ip daddr . udp dport { 10.244.1.2 . 53, 10.244.2.0/24 . 8000-9000 }'],
  icmp: ['icmp code 0', 'icmp type . icmp code { echo-request . 0, destination-unreachable . 3 }'],
};

export const RARE_STATEMENTS: readonly string[] = [
  'ct label set 1',
  'ct zone set 1',
  'ct mark set ct mark | 0x10',
  'meta mark set meta mark << 4',
  'meta mark set meta mark >> 4 | 0x1',
  'meta mark set meta mark & 0xfffffff0 ^ 0x2000',
  'meta mark set jhash ip saddr mod 4 seed 0x5 offset 16',
  'meta mark set ip daddr map @hosts',
  'meta priority set 1:1',
  'meta nftrace set 1',
  'log prefix "hl: "',
  'add @seen { ip saddr }',
  'delete @seen { ip saddr }',
  'reset tcp option sack-perm',
  'ip id set 7',
  'ip saddr . meta l4proto vmap { 10.244.1.0/24 . tcp : accept, 192.168.7.0/24 . udp : drop }',
  'ct state vmap { established : accept, related : accept, invalid : drop }',
  'meta mark vmap { 0x1 : accept, 0x10-0x1f : continue }',
];

/** Sets and maps that the rare rules name. */
export const RARE_SETS = `  map hosts {
    type ipv4_addr : mark
    flags interval
    elements = { 10.244.1.0/24 : 0x1, 192.168.7.12 : 0x10 }
  }
`;

/** Destinations by a hash, by chance and by maps; only what gives one answer for a connection's packets. */
export function rareDestination({ random, site, node }: RuleContext, protocol: Proto): string {
  const own = node.nics[0].address;
  const [first = own, second = own] = random.some(
    site.pods.map(({ address }) => address),
    0.7,
  );
  const mapped = random.pick([
    `dnat to jhash ip saddr mod 2 seed 0x5 map { 0 : ${first}, 1 : ${second} }`,
    `dnat to numgen random mod 2 map { 0 : ${first}, 1 : ${second} }`,
    `dnat to ip daddr map { 10.96.0.0/16 : ${first}, 203.0.113.0/24 : ${second} }`,
  ]);
  if (protocol !== 'tcp') return mapped;
  return random.pick([
    mapped,
    `dnat to tcp dport map { 80 : ${first} . 8080, 30080 : ${second} . 53 }`,
    `tcp dport 80 dnat to ${first}:8080-8081`,
    `dnat to ${first}`,
  ]);
}
