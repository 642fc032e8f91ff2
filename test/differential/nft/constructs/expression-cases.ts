/** Where rules about expressions stand. */
export type Place =
  | 'raw'
  | 'prerouting'
  | 'input'
  | 'forward'
  | 'postrouting'
  | 'output'
  | 'prerouting6'
  | 'forward6'
  | 'both'
  | 'ingress';

/** The table, and the type, hook and priority of each chain. */
export const PLACES: Readonly<Record<Place, readonly [string, string]>> = {
  raw: ['ip c', 'type filter hook prerouting priority -300;'],
  prerouting: ['ip c', 'type filter hook prerouting priority -160;'],
  input: ['ip c', 'type filter hook input priority 0;'],
  forward: ['ip c', 'type filter hook forward priority 0;'],
  postrouting: ['ip c', 'type filter hook postrouting priority 0;'],
  output: ['ip c', 'type filter hook output priority 0;'],
  prerouting6: ['ip6 c6', 'type filter hook prerouting priority -160;'],
  forward6: ['ip6 c6', 'type filter hook forward priority 0;'],
  both: ['inet ci', 'type filter hook prerouting priority -155;'],
  ingress: ['netdev cn', 'type filter hook ingress device "d0" priority 0;'],
};

/**
 * An expression with a value that some packet has and an edge: zero, the full range, a wildcard, an empty
 * or a large set. The rules are `EXPR VALUE`, its negation `EXPR != VALUE`, and `EXPR EDGE`.
 */
export type Row = readonly [place: Place, expression: string, value: string, edge: string];

export const ROWS: readonly Row[] = [
  // meta
  ['prerouting', 'meta length', '60', '0-65535'],
  ['ingress', 'meta protocol', 'ip', '{ ip, ip6, arp }'],
  ['both', 'meta nfproto', 'ipv4', '{ ipv4, ipv6 }'],
  ['prerouting', 'meta l4proto', 'tcp', '1-255'],
  ['prerouting', 'meta mark', '0', '0-0xffffffff'],
  ['prerouting', 'meta priority', 'none', '{ none, 1:2 }'],
  ['prerouting', 'iif', '"d0"', '{ "lo", "d0" }'],
  ['forward', 'oif', '"d1"', '{ "lo", "d1" }'],
  ['prerouting', 'iifname', '"d0"', '"d*"'],
  ['forward', 'oifname', '"d1"', '{ "x*", "d*" }'],
  ['input', 'oifname', '"d0"', '"d*"'],
  ['prerouting', 'meta iiftype', 'ether', '{ loopback, ether }'],
  ['forward', 'meta oiftype', 'ether', 'loopback'],
  ['input', 'meta oiftype', 'ether', 'loopback'],
  ['prerouting', 'meta iifkind', '"veth"', '{ "vxlan", "veth" }'],
  ['forward', 'meta oifkind', '"veth"', '"bridge"'],
  ['prerouting', 'iifgroup', 'default', '{ default, 5 }'],
  ['forward', 'oifgroup', 'default', '5'],
  ['output', 'meta skuid', '0', '0-4294967295'],
  ['output', 'meta skgid', '0', '{ 0, 1000 }'],
  ['prerouting', 'meta skuid', '0', '0-4294967295'],
  ['prerouting', 'meta pkttype', 'host', '{ host, broadcast, multicast, other }'],
  ['prerouting', 'meta cpu', '0', '0-63'],
  ['output', 'meta cgroup', '0', '0-4294967295'],
  ['forward', 'meta rtclassid', '0', '{ 0, 5 }'],
  ['prerouting', 'meta random', '< 2147483648', '>= 0'],
  [
    'prerouting',
    'meta time',
    '> "2020-01-01 00:00:00"',
    '"2020-01-01 00:00:00"-"2099-01-01 00:00:00"',
  ],
  ['prerouting', 'meta day', '{ "Monday", "Tuesday" }', '"Sunday"'],
  ['prerouting', 'meta hour', '"08:00"-"17:00"', '"00:00"-"12:00"'],
  ['prerouting', 'meta ipsec', 'exists', 'missing'],
  ['input', 'meta sdif', '"lo"', '0'],
  ['input', 'meta sdifname', '"lo"', '"d*"'],
  // ct
  ['prerouting', 'ct state', 'new', '{ new, established, related, invalid, untracked }'],
  ['prerouting', 'ct state', 'invalid', 'new,invalid,untracked'],
  ['raw', 'ct state', 'invalid', 'new,untracked'],
  ['prerouting', 'ct direction', 'original', '{ original, reply }'],
  ['prerouting', 'ct mark', '0', '0-0xffffffff'],
  ['prerouting', 'ct expiration', '1-3600', '0-36000'],
  ['prerouting', 'ct helper', '"ftp"', '{ "ftp", "sip" }'],
  ['prerouting', 'ct label', '5', '0'],
  ['prerouting', 'ct l3proto', 'ipv4', '{ ipv4, ipv6 }'],
  ['prerouting', 'ct protocol', 'tcp', '{ tcp, udp, icmp }'],
  ['prerouting', 'ct original saddr', '10.7.1.2', '0.0.0.0/0'],
  ['prerouting', 'ct original daddr', '10.7.0.1', '10.7.0.2'],
  ['both', 'ct original ip saddr', '10.7.1.2', '0.0.0.0/0'],
  ['both', 'ct reply ip daddr', '10.7.1.2', '10.7.1.3'],
  ['both', 'ct original ip6 saddr', 'fd07:1::2', '::/0'],
  ['both', 'ct reply ip6 daddr', 'fd07:1::2', 'fd07::9'],
  ['prerouting', 'meta l4proto tcp ct original proto-src', '1025', '0-65535'],
  ['prerouting', 'meta l4proto tcp ct original proto-dst', '80', '0-65535'],
  ['prerouting', 'ct original bytes', '< 1000', '>= 0'],
  ['prerouting', 'ct original packets', '< 10', '>= 0'],
  ['prerouting', 'ct original avgpkt', '< 1000', '>= 0'],
  ['prerouting', 'ct zone', '0', '0-65535'],
  ['prerouting', 'ct id', '5', '0-4294967295'],
  // routing
  ['prerouting', 'fib daddr type', 'local', '{ local, unicast, broadcast, multicast }'],
  ['prerouting', 'fib saddr . iif oif', 'missing', 'exists'],
  ['prerouting', 'fib daddr oif', '"d1"', '{ "lo", "d0", "d1" }'],
  ['prerouting', 'fib daddr oifname', '"d1"', '{ "lo", "d1" }'],
  ['prerouting', 'fib saddr . mark . iif oifname', '"d0"', '{ "d0", "d1" }'],
  ['forward', 'fib daddr . oif type', 'unicast', '{ local, unicast }'],
  ['forward', 'rt classid', '0', '{ 0, 5 }'],
  ['forward', 'rt nexthop', '10.7.2.5', '0.0.0.0/0'],
  ['forward', 'rt mtu', '1460', '0-65535'],
  ['forward', 'rt ipsec', 'exists', 'missing'],
  ['forward6', 'rt nexthop', 'fd07:2::5', '::/0'],
  ['prerouting', 'ipsec in reqid', '1', '0-4294967295'],
  ['forward', 'ipsec out ip saddr', '10.7.1.1', '0.0.0.0/0'],
  ['prerouting', 'socket transparent', '0', '{ 0, 1 }'],
  ['prerouting', 'socket mark', '0', '0-0xffffffff'],
  ['prerouting', 'socket wildcard', '1', '{ 0, 1 }'],
  ['prerouting', 'osf name', '"Linux"', '{ "Linux", "unknown" }'],
  ['prerouting', 'osf version', '"Linux:3.0"', '"unknown"'],
  // choices
  ['prerouting', 'numgen inc mod 3', '0', '0-2'],
  ['prerouting', 'numgen random mod 4 offset 2', '3', '2-5'],
  ['prerouting', 'jhash ip saddr mod 4 seed 0x5', '1', '0-3'],
  ['prerouting', 'symhash mod 4 offset 1', '3', '1-4'],
  // link
  ['prerouting', 'ether saddr', '02:00:00:00:00:99', '{ 02:00:00:00:00:99, 02:00:00:00:00:98 }'],
  ['prerouting', 'ether daddr', '02:00:00:00:00:10', '00:00:00:00:00:00-ff:ff:ff:ff:ff:ff'],
  ['prerouting', 'ether type', 'ip', '{ ip, ip6 }'],
  ['forward', 'ether type', 'ip', '{ ip, ip6 }'],
  ['prerouting', 'vlan id', '5', '0-4095'],
  ['prerouting', 'vlan cfi', '0', '0-1'],
  ['prerouting', 'vlan pcp', '0', '0-7'],
  ['ingress', 'ether type vlan vlan type', 'ip', '{ ip, arp }'],
  ['ingress', 'arp operation', 'request', '{ request, reply }'],
  ['ingress', 'arp htype', '1', '0-65535'],
  ['ingress', 'arp ptype', 'ip', '{ ip, ip6 }'],
  ['ingress', 'arp hlen', '6', '0-255'],
  ['ingress', 'arp plen', '4', '0-255'],
  ['ingress', 'arp saddr ip', '10.7.1.2', '0.0.0.0/0'],
  ['ingress', 'arp daddr ip', '10.7.0.1', '0.0.0.0/0'],
  ['ingress', 'arp saddr ether', '02:00:00:00:00:99', '{ 02:00:00:00:00:99 }'],
  ['ingress', 'arp daddr ether', '02:00:00:00:00:99', '{ 02:00:00:00:00:99 }'],
  ['ingress', 'ip saddr', '10.7.1.2', '0.0.0.0/0'],
  ['ingress', 'iifname', '"d0"', '"d*"'],
  // IPv4
  ['prerouting', 'ip saddr', '10.7.1.2', '0.0.0.0/0'],
  ['prerouting', 'ip daddr', '10.7.0.1', '{ 10.7.0.0/24, 10.7.2.5-10.7.2.9 }'],
  ['prerouting', 'ip protocol', 'tcp', '0-255'],
  ['prerouting', 'ip dscp', 'af11', '0-63'],
  ['prerouting', 'ip ecn', 'not-ect', '{ not-ect, ce }'],
  ['prerouting', 'ip version', '4', '0-15'],
  ['prerouting', 'ip hdrlength', '5', '0-15'],
  ['prerouting', 'ip length', '60', '0-65535'],
  ['prerouting', 'ip id', '0', '0-65535'],
  ['prerouting', 'ip frag-off', '0', '0-65535'],
  ['prerouting', 'ip frag-off & 0x4000', '0', '0x4000'],
  ['prerouting', 'ip ttl', '64', '0-255'],
  ['forward', 'ip ttl', '63', '< 64'],
  ['prerouting', 'ip checksum', '0', '0-65535'],
  ['prerouting', 'ip option ra', 'exists', 'missing'],
  ['prerouting', 'ip option lsrr ptr', '4', '0-255'],
  // IPv6
  ['prerouting6', 'ip6 saddr', 'fd07:1::2', '::/0'],
  ['prerouting6', 'ip6 daddr', 'fd07::1', '{ fd07::/64, fd07:2::5-fd07:2::9 }'],
  ['prerouting6', 'ip6 nexthdr', 'tcp', '0-255'],
  ['prerouting6', 'ip6 dscp', 'af11', '0-63'],
  ['prerouting6', 'ip6 ecn', 'not-ect', '{ not-ect, ce }'],
  ['prerouting6', 'ip6 version', '6', '0-15'],
  ['prerouting6', 'ip6 flowlabel', '0', '0-1048575'],
  ['prerouting6', 'ip6 length', '40', '0-65535'],
  ['prerouting6', 'ip6 hoplimit', '64', '0-255'],
  ['prerouting6', 'exthdr frag', 'exists', 'missing'],
  ['prerouting6', 'exthdr hbh', 'exists', 'missing'],
  ['prerouting6', 'frag frag-off', '0', '0-8191'],
  ['both', 'exthdr frag', 'exists', 'missing'],
  ['both', 'ip option ra', 'exists', 'missing'],
  ['both', 'tcp option sack-perm', 'exists', 'missing'],
  ['both', 'meta length', '80', '0-65535'],
  ['both', 'ip6 saddr', 'fd07:1::2', '::/0'],
  ['both', 'ip saddr', '10.7.1.2', '0.0.0.0/0'],
  // transport
  ['prerouting', 'tcp sport', '1025', '0-65535'],
  ['prerouting', 'tcp dport', '80', '{ 80, 400-500 }'],
  ['prerouting', 'tcp flags', 'syn', 'fin,syn,rst,psh,ack,urg,ecn,cwr'],
  ['prerouting', 'tcp flags & (fin | syn | rst | ack)', 'syn', 'ack'],
  ['prerouting', 'tcp sequence', '1000', '0-4294967295'],
  ['prerouting', 'tcp ackseq', '0', '0-4294967295'],
  ['prerouting', 'tcp doff', '5', '0-15'],
  ['prerouting', 'tcp reserved', '0', '0-15'],
  ['prerouting', 'tcp window', '64240', '0-65535'],
  ['prerouting', 'tcp checksum', '0', '0-65535'],
  ['prerouting', 'tcp urgptr', '0', '0-65535'],
  ['prerouting', 'tcp option maxseg size', '1460', '0-65535'],
  ['prerouting', 'tcp option sack-perm', 'exists', 'missing'],
  ['prerouting', 'tcp option @2,16,16', '1460', '0-65535'],
  ['prerouting', 'udp sport', '2000', '0-65535'],
  ['prerouting', 'udp dport', '53', '{ 53, 9000-9999 }'],
  ['prerouting', 'udp length', '40', '0-65535'],
  ['prerouting', 'udp checksum', '0', '0-65535'],
  ['prerouting', 'th sport', '1025', '0-65535'],
  ['prerouting', 'th dport', '80', '0-1023'],
  ['prerouting', 'icmp type', 'echo-request', '0-255'],
  ['prerouting', 'icmp code', '0', '0-255'],
  ['prerouting', 'icmp checksum', '0', '0-65535'],
  ['prerouting', 'icmp type { echo-request, echo-reply } icmp id', '77', '0-65535'],
  ['prerouting', 'icmp type { echo-request, echo-reply } icmp sequence', '0', '0-65535'],
  ['prerouting', 'icmp gateway', '0', '0-4294967295'],
  ['prerouting', 'icmp mtu', '1400', '0-65535'],
  ['prerouting6', 'icmpv6 type', 'echo-request', '0-255'],
  ['prerouting6', 'icmpv6 code', '0', '0-255'],
  ['prerouting6', 'icmpv6 checksum', '0', '0-65535'],
  ['prerouting6', 'icmpv6 id', '77', '0-65535'],
  ['prerouting6', 'icmpv6 sequence', '0', '0-65535'],
  ['prerouting6', 'icmpv6 mtu', '1400', '0-4294967295'],
  ['prerouting6', 'icmpv6 max-delay', '0', '0-65535'],
  ['prerouting', 'udplite sport', '0', '0-65535'],
  ['prerouting', 'udplite dport', '0', '0-65535'],
  ['prerouting', 'udplite checksum', '0', '0-65535'],
  ['prerouting', 'udplite csumcov', '0', '0-65535'],
  ['prerouting', 'sctp sport', '0', '0-65535'],
  ['prerouting', 'sctp dport', '0', '0-65535'],
  ['prerouting', 'sctp vtag', '0', '0-4294967295'],
  ['prerouting', 'sctp checksum', '0', '0-4294967295'],
  ['prerouting', 'sctp chunk init', 'exists', 'missing'],
  ['prerouting', 'sctp chunk data flags', '0', '0-255'],
  ['prerouting', 'dccp sport', '0', '0-65535'],
  ['prerouting', 'dccp dport', '0', '0-65535'],
  ['prerouting', 'dccp type', 'request', '0-15'],
  ['prerouting', 'igmp type', 'membership-query', '0-255'],
  ['prerouting', 'igmp checksum', '0', '0-65535'],
  ['prerouting', 'igmp mrt', '0', '0-255'],
  ['prerouting', 'igmp group', '0', '0-4294967295'],
  ['prerouting', 'ah nexthdr', '0', '0-255'],
  ['prerouting', 'ah hdrlength', '0', '0-255'],
  ['prerouting', 'ah reserved', '0', '0-65535'],
  ['prerouting', 'ah spi', '0', '0-4294967295'],
  ['prerouting', 'ah sequence', '0', '0-4294967295'],
  ['prerouting', 'esp spi', '0', '0-4294967295'],
  ['prerouting', 'esp sequence', '0', '0-4294967295'],
  ['prerouting', 'comp nexthdr', '0', '0-255'],
  ['prerouting', 'comp flags', '0', '0-255'],
  ['prerouting', 'comp cpi', '0', '0-65535'],
  // places
  ['prerouting', '@nh,0,4', '4', '0x0-0xf'],
  ['prerouting', '@nh,70,7', '0x0', '0x0-0x7f'],
  ['prerouting', '@nh,480,32', '0x0', '0x1'],
  ['prerouting', '@th,24,8', '0x50', '0x0-0xff'],
  ['prerouting', '@th,32,64', '0x0', '0x1'],
  ['prerouting', '@ll,48,24', '0x20000', '0x0-0xffffff'],
  ['prerouting', '@ih,0,8', '0x0', '0x0-0xff'],
  // arithmetic and keys of several parts
  ['prerouting', 'meta mark & 0x0', '0x0', '0x1'],
  ['prerouting', 'meta mark | 0x4', '0x4', '0x0'],
  ['prerouting', 'meta mark ^ 0xff', '0xff', '0x0'],
  ['prerouting', 'ip saddr & 255.255.0.255', '10.7.0.2', '10.7.0.9'],
  ['prerouting', 'ip saddr & 0.0.0.0', '0.0.0.0', '0.0.0.1'],
  ['prerouting', 'ip saddr . tcp dport', '{ 10.7.1.2 . 80 }', '{ 0.0.0.0/0 . 0-65535 }'],
  [
    'prerouting',
    'iifname . ip protocol . th dport',
    '{ "d0" . tcp . 80 }',
    '{ "d*" . udp . 0-65535 }',
  ],
];

/** Rules about comparisons and sets, one by one. */
export const RULES: readonly (readonly [Place, string])[] = [
  ['prerouting', 'tcp dport < 80'],
  ['prerouting', 'tcp dport > 79'],
  ['prerouting', 'tcp dport <= 80'],
  ['prerouting', 'tcp dport >= 81'],
  ['prerouting', 'tcp flags ! syn'],
  ['prerouting', 'tcp flags == syn'],
  ['prerouting', 'ct state ! new'],
  ['prerouting', 'ct status == 0'],
  ['prerouting', 'ct status ! assured'],
  ['prerouting', 'ct status dnat,snat,confirmed,assured'],
  ['prerouting', 'ip saddr @none'],
  ['prerouting', 'ip saddr != @none'],
  ['prerouting', 'ip saddr @some'],
  ['prerouting', 'ip saddr != @some'],
  ['prerouting', 'ip saddr . tcp dport @wide'],
  ['prerouting', 'ip saddr @limited'],
  ['prerouting', 'meta mark set ip saddr map @marks meta mark 0x5 meta mark set 0'],
  [
    'prerouting',
    'ct mark set ip saddr map { 10.7.1.2 : 6, 10.7.1.4/30 : 7 } ct mark 6 ct mark set 0',
  ],
  ['prerouting', 'limit rate 1000/second'],
  ['prerouting', 'limit rate over 1000/second'],
  ['prerouting', 'limit name "often"'],
  ['prerouting', 'quota 10 mbytes'],
  ['prerouting', 'quota over 10 mbytes'],
  ['prerouting', 'quota name "much"'],
  ['prerouting', 'ct count 100'],
  ['prerouting', 'ct count over 100'],
  ['prerouting', 'counter name "c1"'],
  ['prerouting', 'counter name ip saddr map @counted'],
  ['prerouting', 'quota name ip saddr map { 10.7.1.2 : "much" }'],
  ['prerouting', 'limit name ip saddr map { 10.7.1.9 : "often" }'],
  ['prerouting', 'meta l4proto tcp ct helper set "h1"'],
  ['prerouting', 'meta l4proto tcp ct helper set ip saddr map { 10.7.1.2 : "h1" }'],
  ['prerouting', 'meta l4proto tcp ct timeout set "t1"'],
  ['prerouting', 'meta l4proto tcp ct timeout set ip saddr map { 10.7.1.9 : "t1" }'],
  ['forward', 'meta l4proto tcp ct expectation set "e1"'],
  ['forward', 'meta l4proto tcp ct expectation set ip saddr map { 10.7.1.2 : "e1" }'],
  ['prerouting', 'tcp dport 4 tproxy to 127.0.0.1:81'],
  ['prerouting', 'meta l4proto tcp tproxy to 127.0.0.1:81'],
  ['prerouting', 'tcp dport 4 tproxy to 127.0.0.1:tcp dport map { 80 : 81 }'],
  ['input', 'udp dport 9 synproxy mss 1460 wscale 7 timestamp sack-perm'],
  ['input', 'meta l4proto udp synproxy name "sy"'],
  ['input', 'udp dport 9 synproxy name ip saddr map { 10.7.1.2 : "sy" }'],
  ['ingress', 'tcp dport 82 counter fwd to "d1"'],
  ['prerouting', 'log prefix "construct" group 7'],
  ['prerouting', 'tcp dport 80 dup to 10.7.2.9 device "d1"'],
  ['prerouting', 'ct event set new,destroy'],
  ['prerouting', 'meta priority set 1:2'],
  ['prerouting', 'ct secmark set meta secmark'],
  ['prerouting', 'meta secmark set ct secmark'],
  ['prerouting', 'meta nftrace set 0'],
  ['prerouting', 'tcp dport 443 ip id set 7'],
  ['ingress', 'tcp dport 443 ip checksum set ip checksum'],
  ['prerouting', 'reset tcp option sack-perm'],
];

/** What the tables of these chains declare. */
export const DECLARED: Readonly<Record<string, readonly string[]>> = {
  'ip c': [
    'set none { type ipv4_addr; }',
    'set some { type ipv4_addr; flags interval; elements = { 10.7.1.0/30, 10.7.9.1-10.7.9.9 } }',
    'set wide { type ipv4_addr . inet_service; flags interval; elements = { 10.7.0.0/16 . 80-90, 10.7.1.9 . 1 } }',
    'set limited { type ipv4_addr; flags dynamic; limit rate 100/second; elements = { 10.7.1.2 } }',
    'map marks { type ipv4_addr : mark; elements = { 10.7.1.2 : 5, 10.7.1.9 : 6 } }',
    'counter c1 { }',
    'map counted { type ipv4_addr : counter; elements = { 10.7.1.2 : "c1" } }',
    'limit often { rate 1000/second }',
    'quota much { 10 mbytes }',
    'ct helper h1 { type "ftp" protocol tcp; }',
    'ct timeout t1 { protocol tcp; policy = { established : 100 };\n }',
    'ct expectation e1 { protocol tcp; dport 9876; timeout 2m; size 12; l3proto ip; }',
    'synproxy sy { mss 1460; wscale 7; timestamp sack-perm; }',
  ],
};

/** The rules of a row. */
export function rowRules([, expression, value, edge]: Row): readonly string[] {
  const negation = /^[<>]/.test(value) ? [] : [`${expression} != ${value}`];
  return [`${expression} ${value}`, ...negation, `${expression} ${edge}`];
}

/** All rules of a chain; those without a counter get one as their last statement. */
export function rulesOf(place: Place): readonly string[] {
  const rows = ROWS.filter(([where]) => where === place).flatMap(rowRules);
  const single = RULES.filter(([where]) => where === place).map(([, rule]) => rule);
  return [...new Set([...rows, ...single])];
}

/** The ruleset of some places; each chain begins with a rule that every packet meets. */
export function rulesetOf(places: readonly Place[]): string {
  const tables = [...new Set(places.map((place) => PLACES[place][0]))];
  return tables
    .map((table) => {
      const chains = places
        .filter((place) => PLACES[place][0] === table)
        .map(
          (place) =>
            `chain ${place} {\n${PLACES[place][1]}\ncounter\n${rulesOf(place)
              .map((rule) => (rule.includes(' counter ') ? rule : `${rule} counter`))
              .join('\n')}\n}`,
        );
      return `table ${table} {\n${[...(DECLARED[table] ?? []), ...chains].join('\n')}\n}\n`;
    })
    .join('');
}
