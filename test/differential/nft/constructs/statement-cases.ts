/** Rules of table `t` whose statements act on the packet; each is for a port of its own. */
export const STATEMENTS: Readonly<Record<string, readonly string[]>> = {
  'raw { type filter hook prerouting priority -300;': [
    'udp dport 1100 counter notrack',
    'udp dport 1101 counter ct zone set 5',
    'udp dport 1102 counter ct original zone set 6',
    'udp dport 1103 counter ct zone set numgen inc mod 1 offset 7',
  ],
  'mangle { type filter hook prerouting priority -150;': [
    'udp dport 1100 ct state untracked counter',
    'ct zone 5 counter',
    'ct original zone 6 counter',
    'ct reply zone 6 counter',
    'ct zone 7 counter',
    'udp dport 1104 meta mark set 0x10 counter',
    'meta mark 0x10 counter',
    'udp dport 1105 meta mark set 3 meta mark set meta mark << 4 counter',
    'udp dport 1105 meta mark 0x30 counter',
    'udp dport 1105 meta mark set meta mark >> 2 | 0x100 counter',
    'udp dport 1105 meta mark 0x10c counter',
    'udp dport 1105 meta mark set meta mark & 0xff ^ 0x1 counter',
    'udp dport 1105 meta mark 0xd counter',
    'udp dport 1106 ct mark set 7 counter',
    'ct mark 7 counter',
    'udp dport 1107 ct label set 9 counter',
    'ct label 9 counter',
    'udp dport 1107 ct label 0 counter',
    'tcp dport 1108 tcp option maxseg size set 500 counter',
    'tcp option maxseg size 500 counter',
    'tcp dport 1109 tcp option maxseg size set 5000 counter',
    'tcp dport 1109 tcp option maxseg size 1460 counter',
    'tcp dport 1110 reset tcp option maxseg counter',
    'tcp dport 1110 tcp option maxseg missing counter',
    'udp dport 1111 reset tcp option maxseg counter',
    'udp dport 1112 ip ttl set 20 counter',
    'ip ttl 20 counter',
    'udp dport 1113 ip dscp set cs1 ip ecn set ce counter',
    'ip dscp cs1 ip ecn ce counter',
    'udp dport 1114 udp sport set 777 counter',
    'udp sport 777 counter',
    'udp dport 1115 ip saddr set 10.7.1.77 counter',
    'ip saddr 10.7.1.77 counter',
    'tcp dport 1116 tcp flags set ack counter',
    'tcp dport 1116 tcp flags == ack counter',
    'icmp type echo-request icmp code set 3 counter',
    'icmp code 3 counter',
    'udp dport 1118 ip id set 7 counter',
    'udp dport 1119 meta priority set 1:2 counter',
    'udp dport 1120 add @dyn { ip saddr } counter',
    'udp dport 1120 ip saddr @dyn counter',
    'udp dport 1121 add @dyn { ip saddr } delete @dyn { ip saddr } counter',
    'udp dport 1121 ip saddr @dyn counter',
    'udp dport 1122 update @dynmap { ip saddr : 0x77 } counter',
    'udp dport 1122 meta mark set ip saddr map @dynmap counter',
    'meta mark 0x77 counter',
    'udp dport 1123 add @full { ip saddr } counter',
    'udp dport 1124 add @full { ip daddr } counter',
    'udp dport 1125 update @dyn { ip saddr timeout 30s } counter',
    'tcp dport 1126 update @pairs { ip saddr . tcp dport : ip daddr . tcp sport } counter',
    'udp dport 1130 jump u1',
    'udp dport 1130 counter',
    'udp dport 1131 goto u1',
    'udp dport 1131 counter',
    'udp dport 1132 counter accept',
    'udp dport 1132 counter',
    'udp dport 1133 continue',
    'udp dport 1133 counter',
    'udp dport 1134 return',
    'udp dport 1134 counter',
    'udp dport vmap { 1135 : jump u1, 1136 : goto u2, 1137-1139 : accept }',
    'udp dport { 1135-1139 } counter',
    'udp dport 1170 counter log prefix "x" meta mark set 0x99',
    'udp dport 1171 counter dup to 10.7.2.9 device "d1"',
  ],
  'u1 {': ['counter', 'udp dport 1130 return', 'counter'],
  'u2 {': ['counter'],
  'dstnat { type nat hook prerouting priority dstnat;': [
    'udp dport 1150 counter dnat to 10.7.2.6',
    'tcp dport 1151 counter dnat to 10.7.2.7:8080',
    'udp dport 1152 counter redirect to :53',
    'udp dport 1153 counter dnat ip prefix to ip daddr map { 10.7.0.0/24 : 10.7.2.0/24 }',
    'udp dport 1154 counter dnat to ip saddr map { 10.7.1.2 : 10.7.2.6 }',
    'udp dport 1155 dnat to ip saddr map { 10.7.1.9 : 10.7.2.6 }',
    'udp dport 1156 counter dnat ip to ip saddr . udp dport map { 10.7.1.2 . 1156 : 10.7.2.8 . 99 }',
  ],
  'input { type filter hook input priority 0;': [
    'udp dport 1140 counter reject',
    'tcp dport 1141 counter reject with tcp reset',
    'udp dport 1142 counter reject with icmp host-prohibited',
    'udp dport 1143 counter drop',
    'udp dport 1144 ct count over 100 counter drop',
    'udp dport 1145 ct zone 0 counter',
  ],
  'srcnat { type nat hook postrouting priority srcnat;': [
    'udp dport 1160 counter masquerade',
    'udp dport 1161 counter snat to 10.7.8.8',
    'udp dport 1162 counter snat ip prefix to ip saddr map { 10.7.1.0/24 : 10.7.8.0/24 }',
    'udp dport 1163 counter masquerade to :2000',
    'udp dport 1164 counter snat to 10.7.8.9:3000',
  ],
};

const DECLARED: readonly string[] = [
  'set dyn { type ipv4_addr; flags dynamic, timeout; size 100; timeout 5m; }',
  'set full { type ipv4_addr; flags dynamic; size 1; elements = { 10.7.0.1 } }',
  'map dynmap { type ipv4_addr : mark; flags dynamic; size 100; }',
  'map pairs { type ipv4_addr . inet_service : ipv4_addr . inet_service; flags dynamic; size 100; }',
];

/** Empties what the rules filled. */
export const FORGET_SETS =
  'flush set ip t dyn; flush map ip t dynmap; flush map ip t pairs; flush set ip t full; add element ip t full { 10.7.0.1 }';

export function statementRuleset(): string {
  const chains = Object.entries(STATEMENTS).map(
    ([head, rules]) => `chain ${head}\n${rules.join('\n')}\n}`,
  );
  // A chain has to stand before the rule that leads to it.
  const ordered = chains.toSorted(
    (a, b) => Number(a.includes(' hook ')) - Number(b.includes(' hook ')),
  );
  return `table ip t {\n${[...DECLARED, ...ordered].join('\n')}\n}\n`;
}

/** Ports whose rules end before they count: an option of no TCP packet, a full set, `return`... */
export const NOT_COUNTED: readonly number[] = [1111, 1123, 1134, 1138, 1144, 1155];

/** A packet for each port that a rule is for: from NAT on the way out it goes on to another host. */
export function portsOfRules(): readonly {
  readonly protocol: 'tcp' | 'udp';
  readonly port: number;
}[] {
  const found = new Map<number, 'tcp' | 'udp'>();
  for (const rule of Object.values(STATEMENTS).flat()) {
    const [, protocol, port] = /\b(tcp|udp) dport (\d{4})\b/.exec(rule) ?? [];
    if (port) found.set(Number(port), protocol === 'tcp' ? 'tcp' : 'udp');
  }
  for (const port of [1135, 1136, 1138]) found.set(port, 'udp');
  return [...found].map(([port, protocol]) => ({ port, protocol }));
}
