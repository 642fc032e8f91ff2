/** Random rulesets of one table, every rule of which the kernel takes. */

type Random = (below: number) => number;

function pick<T>(random: Random, list: readonly T[]): T {
  const value = list[random(list.length)];
  if (value === undefined) throw new Error('nothing to pick from');
  return value;
}

/** Where a rule stands decides what it may do. */
type Place = 'raw' | 'prerouting' | 'dstnat' | 'input' | 'forward' | 'srcnat' | 'called';

const CHAINS: readonly (readonly [Place, string])[] = [
  ['raw', 'type filter hook prerouting priority -300;'],
  ['prerouting', 'type filter hook prerouting priority -150;'],
  ['dstnat', 'type nat hook prerouting priority -100;'],
  ['input', 'type filter hook input priority 0;'],
  ['forward', 'type filter hook forward priority 0;'],
  ['srcnat', 'type nat hook postrouting priority 100;'],
];

/** Regular chains; each leads to later ones only, so that there are no loops. */
const CALLED = ['a', 'b', 'c'] as const;

/** Sets and maps that rules look into. */
const DECLARED = `
  set nets { type ipv4_addr; flags interval; elements = { 10.7.1.0/30, 10.7.2.5-10.7.2.9, 10.7.3.3 } }
  set pairs { type ipv4_addr . inet_service; elements = { 10.7.0.1 . 80, 10.7.2.5 . 53 } }
  set wide { type ipv4_addr . inet_proto . inet_service; flags interval; elements = { 10.7.0.0/16 . tcp . 50-90, 10.7.2.0/24 . 7-17 . 53 } }
  map marks { type ipv4_addr : mark; elements = { 10.7.1.2 : 0x12, 10.7.3.3 : 0x4001 } }
  map ways { type inet_service : verdict; flags interval; elements = { 53 : jump a, 80-89 : goto b, 443 : drop } }
  map backs { type inet_service : ipv4_addr; elements = { 80 : 10.7.2.6, 53 : 10.7.0.1 } }`;

const ADDRESSES = ['10.7.1.2', '10.7.1.9', '10.7.2.5', '10.7.3.3', '10.7.0.1'] as const;
const PORTS = [53, 80, 443, 8080] as const;

const MATCHES: readonly ((random: Random) => string)[] = [
  (random) => `ip saddr ${pick(random, ADDRESSES)}`,
  (random) => `ip saddr != ${pick(random, ADDRESSES)}`,
  (random) => `ip saddr 10.7.1.0/${24 + random(8)}`,
  (random) => `ip daddr ${pick(random, ADDRESSES)}-10.7.9.9`,
  (random) => `ip daddr { ${pick(random, ADDRESSES)}, 10.7.2.0/30 }`,
  () => 'ip saddr @nets',
  () => 'ip daddr != @nets',
  () => 'ip daddr . th dport @pairs',
  () => 'ip daddr . meta l4proto . th dport @wide',
  (random) => `ip saddr & 255.255.0.255 == 10.7.0.${1 + random(9)}`,
  (random) => `tcp dport ${pick(random, PORTS)}`,
  (random) => `tcp dport != { ${pick(random, PORTS)}, 9000-9010 }`,
  (random) => `udp dport ${pick(random, PORTS)}`,
  (random) => `udp sport >= ${1000 + random(3000)}`,
  (random) => `th dport ${pick(random, PORTS)}`,
  (random) => `meta l4proto ${pick(random, ['tcp', 'udp', 'icmp', '{ tcp, udp }'])}`,
  (random) => `ip protocol != ${pick(random, ['tcp', 'udp', 'icmp'])}`,
  () => 'icmp type echo-request',
  (random) => `tcp flags ${pick(random, ['syn', 'ack', 'syn,fin', '== syn', '!= syn', '! ack'])}`,
  (random) => `tcp flags ${pick(random, ['syn', 'ack', 'syn,ack'])} / fin,syn,rst,ack`,
  (random) => `ip ttl ${pick(random, ['<', '>', '!=', '<='])} ${pick(random, [3, 64, 128])}`,
  (random) => `ip dscp ${pick(random, ['cs0', 'cs1', '!= cs0', '{ cs1, af11 }'])}`,
  (random) => `ip length ${pick(random, ['< 60', '60-100', '!= 60'])}`,
  () => 'ip frag-off & 0x1fff != 0',
  (random) => `meta length ${pick(random, ['< 60', '>= 60'])}`,
  (random) => `meta mark ${pick(random, ['0', '!= 0', '0x12', '{ 0x1, 0x12 }', '1-0x20'])}`,
  (random) => `meta mark & ${pick(random, ['0x4000 == 0x4000', '0xff != 0', '0x3 == 0x2'])}`,
  (random) => `iifname ${pick(random, ['"d0"', '"d*"', '!= "d0"', '{ "d1", "e*" }'])}`,
  (random) =>
    `ct state ${pick(random, ['new', 'invalid', 'new,untracked', '!= new', '{ new, established }'])}`,
  (random) => `ct mark ${pick(random, ['0', '!= 0', '1-9'])}`,
  (random) => `ct status ${pick(random, ['dnat', 'snat', '! dnat'])}`,
  () => 'ct direction original',
  (random) => `ct original ip daddr ${pick(random, ADDRESSES)}`,
  (random) => `numgen inc mod 3 ${pick(random, ['< 1', '0', '!= 2'])}`,
  (random) => `jhash ip saddr mod 4 ${pick(random, ['0', '< 2', '{ 1, 3 }'])}`,
];

/** The family's lookups are allowed at some hooks only. */
const OF_INPUT: readonly string[] = [
  'fib daddr type local',
  'fib saddr . iif oif missing',
  'fib saddr oifname "d1"',
  'iif "d0"',
  'fib daddr type { unicast, broadcast }',
];

const CHANGES: readonly ((random: Random) => string)[] = [
  (random) => `meta mark set ${1 + random(30)}`,
  () => 'meta mark set meta mark | 0x4000',
  () => 'meta mark set meta mark & 0xffff00ff ^ 0x3',
  () => 'meta mark set ip saddr map @marks',
  (random) => `ct mark set ${random(9)}`,
  () => 'meta mark set ct mark',
  (random) => `ip ttl set ${20 + random(40)}`,
  (random) => `ip dscp set ${pick(random, ['cs1', 'af11', 'cs0'])}`,
];

function matchesOf(random: Random, place: Place): readonly string[] {
  return Array.from({ length: random(3) }, () => {
    const onArrival = place === 'raw' || place === 'prerouting' || place === 'input';
    if (onArrival && random(6) === 0) return pick(random, OF_INPUT);
    if ((place === 'forward' || place === 'srcnat') && random(6) === 0) {
      return `oifname ${pick(random, ['"d1"', '!= "d1"'])}`;
    }
    return pick(random, MATCHES)(random);
  });
}

/** A rule's end; those that may still not match have no counter before them. */
function endOf(random: Random, place: Place, later: readonly string[]): string {
  const jumps = later.flatMap((chain) => [`counter jump ${chain}`, `counter goto ${chain}`]);
  const plain = ['counter', 'counter', 'counter accept', 'counter return', 'counter continue'];
  const drops =
    place === 'raw' || place === 'prerouting' || place === 'called' ? [] : ['counter drop'];
  const maps =
    later.length === CALLED.length
      ? [
          'tcp dport vmap @ways',
          'th dport vmap @ways',
          'numgen inc mod 3 vmap { 0 : accept, 1 : jump c }',
        ]
      : [];
  const ends = [...plain, ...drops, ...jumps, ...maps];
  switch (place) {
    case 'dstnat':
      return pick(random, [
        ...ends,
        `counter dnat to ${pick(random, ['10.7.2.6', '10.7.0.1'])}`,
        'ip protocol { tcp, udp } counter dnat to 10.7.2.7:8080',
        'dnat to tcp dport map @backs',
        'dnat to numgen inc mod 2 map { 0 : 10.7.2.6, 1 : 10.7.0.1 }',
        'counter redirect',
        'meta l4proto tcp counter redirect to :8080',
      ]);
    case 'srcnat':
      return pick(random, [
        ...ends,
        'counter masquerade',
        `counter snat to ${pick(random, ['10.7.8.8', '10.7.2.1'])}`,
        'snat to ip saddr map { 10.7.1.2 : 10.7.8.9 }',
        'snat ip prefix to ip saddr map { 10.7.1.0/24 : 10.7.8.0/24 }',
      ]);
    case 'input':
    case 'forward':
      return pick(random, [
        ...ends,
        'counter reject',
        'counter reject with icmp admin-prohibited',
        'meta l4proto tcp counter reject with tcp reset',
      ]);
    case 'raw':
      return pick(random, [...ends, 'counter notrack', 'counter ip daddr set 10.7.2.8']);
    case 'prerouting':
    case 'called':
      return pick(random, ends);
  }
}

function ruleOf(random: Random, place: Place, later: readonly string[]): string {
  for (;;) {
    const change = place !== 'dstnat' && place !== 'srcnat' && random(3) === 0;
    const parts = [
      ...matchesOf(random, place),
      ...(change ? [pick(random, CHANGES)(random)] : []),
      endOf(random, place, later),
    ];
    const rule = parts.join(' ');
    if (protocolsOf(rule).size < 2) return rule;
  }
}

/** nft refuses a rule that can only match packets of two protocols at once. */
function protocolsOf(rule: string): ReadonlySet<string> {
  const fields = rule.matchAll(
    /\b(tcp|udp|icmp) (?:[ds]port|flags|type)|l4proto (tcp|udp|icmp|\{)/g,
  );
  return new Set([...fields].map(([, field, named]) => field ?? named ?? ''));
}

/** A table `t` with rules at every hook a packet from outside passes. */
export function randomRuleset(random: Random): string {
  const bases = CHAINS.map(([place, head]) => {
    const rules = Array.from({ length: 2 + random(5) }, () => ruleOf(random, place, CALLED));
    const filter = place === 'input' || place === 'forward';
    const policy = filter && random(6) === 0 ? 'policy drop;' : '';
    return `chain ${place} {\n${head} ${policy}\n${rules.join('\n')}\n}`;
  });
  const called = CALLED.map((name, i) => {
    const later = CALLED.slice(i + 1);
    const rules = Array.from({ length: 1 + random(3) }, () => ruleOf(random, 'called', later));
    return `chain ${name} {\n${rules.join('\n')}\n}`;
  });
  return `table ip t {\n${DECLARED}\n${[...called, ...bases].join('\n')}\n}\n`;
}
