import type { TcpFlags } from '../../../../src/packet/packet.ts';

/** A rule with a target, and packets that meet it. Each case has a port of its own. */
export interface TargetCase {
  readonly family: 4 | 6 | 'both';
  readonly table: 'raw' | 'mangle' | 'nat' | 'filter';
  readonly hook: string;
  /** TCP unless it is said otherwise. */
  readonly protocol?: 'udp';
  /** More options of the rule. */
  readonly when?: string;
  /** What follows `-j`. */
  readonly target: string;
  /** More rules for the same port; `HOOK RULE`, in the same table. */
  readonly also?: readonly string[];
  /** Further rules in table mangle that show what became of the packet. */
  readonly shows?: readonly string[];
  readonly flags?: TcpFlags;
  readonly tos?: number;
  readonly ttl?: number;
  readonly toHost?: true;
  /** The packet comes so often. */
  readonly times?: number;
  readonly source?: string;
  readonly destination?: string;
  /** The other backend does not take it. */
  readonly only?: 'legacy';
  /** What becomes of it is named as not modelled. */
  readonly unsupported?: true;
}

const mangle = (target: string, more: Partial<TargetCase> = {}): TargetCase => ({
  family: 'both',
  table: 'mangle',
  hook: 'PREROUTING',
  target,
  ...more,
});
const filter = (target: string, more: Partial<TargetCase> = {}): TargetCase => ({
  family: 'both',
  table: 'filter',
  hook: 'FORWARD',
  target,
  ...more,
});
const nat = (family: 4 | 6, target: string, more: Partial<TargetCase> = {}): TargetCase => ({
  family,
  table: 'nat',
  hook: /^(?:SNAT|MASQUERADE)/.test(target) ? 'POSTROUTING' : 'PREROUTING',
  target,
  ...more,
});
const V4 = { family: 4 } as const;
const V6 = { family: 6 } as const;
const UDP = { protocol: 'udp' } as const;

export const TARGET_CASES: readonly TargetCase[] = [
  // The walk itself.
  filter('ACCEPT'),
  filter('DROP'),
  filter('RETURN', { also: ['FORWARD -j DROP'] }),
  filter('c1', { also: ['c1 -j DROP'] }),
  // Marks, with every way to set one.
  mangle('MARK --set-mark 0xab'),
  mangle('MARK --set-xmark 0x0/0x0'),
  mangle('MARK --set-mark 0xf0/0x0f', { also: ['PREROUTING -j MARK --set-mark 0x11/0xff'] }),
  mangle('MARK --or-mark 0x10', { also: ['PREROUTING -j MARK --xor-mark 0x33'] }),
  mangle('MARK --set-mark 0xff', { also: ['PREROUTING -j MARK --and-mark 0x0f'] }),
  mangle('MARK --set-xmark 0xffffffff/0xffffffff'),
  mangle('CONNMARK --set-mark 0x5a', {
    shows: ['-m connmark --mark 0x5a', '-m connmark --mark 0x0'],
  }),
  mangle('CONNMARK --set-xmark 0x3/0x0', { shows: ['-m connmark --mark 0x3'] }),
  mangle('CONNMARK --or-mark 0x6', {
    also: ['PREROUTING -j CONNMARK --and-mark 0x4', 'PREROUTING -j CONNMARK --xor-mark 0x1'],
    shows: ['-m connmark --mark 0x5'],
  }),
  mangle('MARK --set-mark 0xabc', {
    also: [
      'PREROUTING -j CONNMARK --save-mark --nfmask 0xff --ctmask 0xf',
      'PREROUTING -j MARK --set-mark 0x0',
      'PREROUTING -j CONNMARK --restore-mark',
    ],
    shows: ['-m connmark --mark 0xb4', '-m connmark --mark 0xbc'],
  }),
  mangle('CONNMARK --set-mark 0xff', {
    also: ['PREROUTING -j CONNMARK --restore-mark --nfmask 0xf0 --ctmask 0x3c'],
  }),
  mangle('CONNMARK --save-mark --mask 0x0', { shows: ['-m connmark --mark 0x0'] }),
  // Header fields.
  mangle('TOS --set-tos 0x10'),
  mangle('TOS --set-tos 0x08/0x3f', { tos: 0xff }),
  mangle('TOS --and-tos 0x10', { tos: 0x1c }),
  mangle('TOS --or-tos 0x08', { tos: 0x10 }),
  mangle('TOS --xor-tos 0x18', { tos: 0x10 }),
  mangle('TOS --set-tos 0x00/0x00', { tos: 0x10 }),
  mangle('DSCP --set-dscp 0x2e', { tos: 0x03 }),
  mangle('DSCP --set-dscp-class CS1', { tos: 0xb8 }),
  mangle('TTL --ttl-set 9', V4),
  mangle('TTL --ttl-inc 200', { ...V4, ttl: 100 }),
  mangle('TTL --ttl-dec 5', V4),
  mangle('TTL --ttl-dec 100', { ...V4, ttl: 3 }),
  mangle('HL --hl-set 9', V6),
  mangle('HL --hl-inc 200', { ...V6, ttl: 100 }),
  mangle('HL --hl-dec 5', V6),
  mangle('TCPMSS --set-mss 1000', { hook: 'FORWARD', when: '--syn' }),
  mangle('TCPMSS --set-mss 9000', { hook: 'FORWARD', when: '--syn' }),
  mangle('TCPMSS --clamp-mss-to-pmtu', { hook: 'FORWARD', when: '--syn' }),
  mangle('TCPOPTSTRIP --strip-options mss,timestamp'),
  mangle('TCPOPTSTRIP --strip-options 8,19'),
  mangle('ECN --ecn-tcp-remove', { ...V4, flags: { ack: true, ece: true, cwr: true } }),
  mangle('ECN --ecn-tcp-ece 1', { ...V4, flags: { ack: true } }),
  mangle('ECN --ecn-tcp-cwr 0', { ...V4, flags: { ack: true, ece: true, cwr: true } }),
  mangle('ECN --ecn-ip-ect 2', { ...V4, tos: 0x11 }),
  // Hashes.
  mangle('HMARK --hmark-tuple src,dst,sport,dport,proto --hmark-mod 200 --hmark-rnd 0xfeed'),
  mangle('HMARK --hmark-tuple src,dst --hmark-mod 4000 --hmark-rnd 1 --hmark-offset 7'),
  mangle(
    'HMARK --hmark-src-prefix 24 --hmark-dst-prefix 9 --hmark-sport-mask 0xff00 --hmark-dport-mask 0xff --hmark-proto-mask 0xf --hmark-mod 4000 --hmark-rnd 5',
    UDP,
  ),
  mangle(
    'HMARK --hmark-src-prefix 16 --hmark-sport 5 --hmark-dport 6 --hmark-mod 4000 --hmark-rnd 5',
    UDP,
  ),
  mangle('HMARK --hmark-tuple ct,src,dst,sport,dport,proto --hmark-mod 4000 --hmark-rnd 9', UDP),
  mangle(
    'HMARK --hmark-src-prefix 32 --hmark-spi-mask 0xff00ff00 --hmark-mod 4000 --hmark-rnd 5',
    UDP,
  ),
  mangle('HMARK --hmark-src-prefix 32 --hmark-spi 0xff --hmark-mod 4000 --hmark-rnd 5', UDP),
  mangle('HMARK --hmark-tuple src --hmark-mod 1 --hmark-rnd 9', UDP),
  // Another prefix without a connection.
  mangle('SNPT --src-pfx fd00::/64 --dst-pfx fd77:1:2:3::/64', { ...V6, hook: 'POSTROUTING' }),
  mangle('SNPT --src-pfx fd00::/48 --dst-pfx 2001:db8:5::/48', { ...V6, hook: 'POSTROUTING' }),
  mangle('DNPT --src-pfx fd88::/64 --dst-pfx fd00:1::/64', {
    ...V6,
    destination: 'fd88::ff78:0:0:9',
  }),
  mangle('DNPT --src-pfx fd88:1::/48 --dst-pfx fd00:1::/48', {
    ...V6,
    destination: 'fd88:1:0:ff77::9',
  }),
  // Translation.
  nat(4, 'DNAT --to-destination 10.0.1.20'),
  nat(4, 'DNAT --to-destination 10.0.1.20:99'),
  nat(4, 'DNAT --to-destination :99'),
  nat(4, 'DNAT --to-destination 10.0.1.20-10.0.1.23', { times: 3 }),
  nat(4, 'DNAT --to-destination 10.0.1.20-10.0.1.23 --persistent', { times: 3 }),
  nat(4, 'DNAT --to-destination 10.0.1.20:500-510'),
  nat(4, 'DNAT --to-destination 10.0.1.20:500-510 --random'),
  nat(4, 'DNAT --to-destination 10.0.1.21:500-510/995', UDP),
  nat(4, 'DNAT --to-destination 10.0.1.21:500-502/65000'),
  nat(4, 'SNAT --to-source 10.0.1.30'),
  nat(4, 'SNAT --to-source 10.0.1.30:77'),
  nat(4, 'SNAT --to-source :7000-7002', UDP),
  nat(4, 'SNAT --to-source 10.0.1.30-10.0.1.33 --persistent', UDP),
  nat(4, 'SNAT --to-source 10.0.1.30:7000-7009 --random'),
  nat(4, 'SNAT --to-source 10.0.1.30 --random-fully', UDP),
  nat(4, 'MASQUERADE'),
  nat(4, 'MASQUERADE --to-ports 6000-6005', UDP),
  nat(4, 'MASQUERADE --random'),
  nat(4, 'MASQUERADE --random-fully', UDP),
  nat(4, 'NETMAP --to 10.0.1.16/29', UDP),
  nat(4, 'NETMAP --to 10.0.1.20/32'),
  nat(4, 'REDIRECT', UDP),
  nat(4, 'REDIRECT --to-ports 88'),
  nat(4, 'REDIRECT --to-ports 88-90 --random', UDP),
  nat(6, 'DNAT --to-destination fd00:1::20'),
  nat(6, 'DNAT --to-destination [fd00:1::20]:99'),
  nat(6, 'DNAT --to-destination :99', UDP),
  nat(6, 'DNAT --to-destination fd00:1::20-fd00:1::23', { times: 2 }),
  nat(6, 'DNAT --to-destination [fd00:1::20]:500-510/995', UDP),
  nat(6, 'SNAT --to-source fd00:1::30'),
  nat(6, 'SNAT --to-source [fd00:1::30]:77', UDP),
  nat(6, 'SNAT --to-source [fd00:1::30]:7000-7009 --random', UDP),
  nat(6, 'MASQUERADE'),
  nat(6, 'MASQUERADE --to-ports 6000-6005', UDP),
  nat(6, 'MASQUERADE --random-fully'),
  nat(6, 'NETMAP --to fd00:1::/120', UDP),
  nat(6, 'REDIRECT', UDP),
  nat(6, 'REDIRECT --to-ports 88'),
  { family: 4, table: 'nat', hook: 'INPUT', target: 'SNAT --to-source 10.0.0.77', toHost: true },
  { family: 6, table: 'nat', hook: 'INPUT', target: 'SNAT --to-source fd00::77', toHost: true },
  // Refusals.
  ...[
    'net-unreachable',
    'host-unreachable',
    'proto-unreachable',
    'port-unreachable',
    'net-prohibited',
    'host-prohibited',
    'admin-prohibited',
  ].map((what) => filter(`REJECT --reject-with icmp-${what}`, { ...V4, ...UDP })),
  ...[
    'no-route',
    'adm-prohibited',
    'addr-unreachable',
    'port-unreachable',
    'policy-fail',
    'reject-route',
  ].map((what) => filter(`REJECT --reject-with icmp6-${what}`, { ...V6, ...UDP })),
  filter('REJECT', { flags: { rst: true } }),
  filter('REJECT --reject-with tcp-reset'),
  filter('REJECT --reject-with tcp-reset', { flags: { ack: true } }),
  filter('REJECT --reject-with tcp-reset', { flags: { rst: true } }),
  filter('REJECT', { hook: 'INPUT', toHost: true }),
  filter('REJECT --reject-with tcp-reset', { hook: 'INPUT', toHost: true }),
  // Programs and sockets.
  filter('QUEUE', { only: 'legacy' }),
  filter('NFQUEUE --queue-num 7'),
  filter('NFQUEUE --queue-num 7 --queue-bypass'),
  filter('NFQUEUE --queue-balance 7:9 --queue-bypass --queue-cpu-fanout', UDP),
  mangle('TPROXY --on-port 5'),
  mangle('TPROXY --on-port 0 --tproxy-mark 0x1/0x1', UDP),
  mangle('TPROXY --on-port 9 --on-ip 10.0.0.1', V4),
  mangle('TPROXY --on-port 9 --on-ip fd00::1', V6),
  mangle('TPROXY --on-port 5', { flags: { ack: true }, unsupported: true }),
  filter('SYNPROXY --mss 1460 --wscale 7 --timestamp --sack-perm', { unsupported: true }),
  filter('SYNPROXY --ecn', { flags: { rst: true } }),
  // Sets.
  mangle('SET --add-set hl-grown src', {
    ...V4,
    source: '10.0.0.8',
    shows: ['-m set --match-set hl-grown src', '-m set --match-set hl-grown dst'],
  }),
  mangle('SET --add-set hl-pairs dst,dst --exist --timeout 100', {
    ...V4,
    shows: ['-m set --match-set hl-pairs dst,dst', '-m set --match-set hl-pairs src,dst'],
  }),
  mangle('SET --add-set hl-pairs src', { ...V4, shows: ['-m set --match-set hl-pairs src,src'] }),
  mangle('SET --del-set hl-shrunk src', { ...V4, shows: ['-m set --match-set hl-shrunk src'] }),
  mangle('SET --map-set hl-marks src --map-mark --map-prio --map-queue', {
    ...V4,
    hook: 'FORWARD',
    source: '10.0.0.8',
  }),
  mangle('SET --add-set hl-grown6 src', { ...V6, shows: ['-m set --match-set hl-grown6 src'] }),
  // Tracking.
  {
    family: 'both',
    table: 'raw',
    hook: 'PREROUTING',
    target: 'CT --notrack',
    shows: ['-m conntrack --ctstate UNTRACKED', '-m conntrack --ctstate NEW'],
  },
  {
    family: 'both',
    table: 'raw',
    hook: 'PREROUTING',
    target: 'NOTRACK',
    shows: ['-m state --state UNTRACKED'],
  },
  {
    family: 'both',
    table: 'raw',
    hook: 'PREROUTING',
    target: 'CT --zone 5',
    shows: ['-m conntrack --ctstate NEW'],
  },
  {
    family: 'both',
    table: 'raw',
    hook: 'PREROUTING',
    target: 'CT --zone-orig 7 --ctevents new --expevents new',
    shows: ['-m conntrack --ctstate NEW'],
  },
  {
    family: 'both',
    table: 'raw',
    hook: 'PREROUTING',
    target: 'CT --zone-reply mark',
    shows: ['-m conntrack --ctstate NEW'],
  },
  {
    ...V4,
    table: 'raw',
    hook: 'PREROUTING',
    target: 'CT --helper ftp',
    shows: ['-m conntrack --ctstate NEW', '-m helper --helper ftp'],
  },
  // What changes nothing on the packet's way.
  filter(
    'LOG --log-prefix hl --log-level 7 --log-tcp-sequence --log-tcp-options --log-ip-options --log-uid --log-macdecode',
  ),
  filter('NFLOG --nflog-group 9 --nflog-prefix hl --nflog-size 20 --nflog-threshold 2'),
  filter('AUDIT --type accept'),
  { family: 'both', table: 'raw', hook: 'PREROUTING', target: 'TRACE' },
  mangle('CHECKSUM --checksum-fill', UDP),
  mangle('CLASSIFY --set-class 1:2', { hook: 'POSTROUTING' }),
  mangle('CONNSECMARK --save'),
  mangle('CONNSECMARK --restore'),
  mangle('IDLETIMER --timeout 100 --label hlcase'),
  mangle('IDLETIMER --timeout 100 --label hlalarm --alarm'),
  mangle('RATEEST --rateest-name hlcase --rateest-interval 250ms --rateest-ewmalog 500ms'),
  mangle('TEE --gateway 10.0.1.88', { ...V4, hook: 'FORWARD' }),
  mangle('TEE --gateway fd00:1::88 --oif out0', { ...V6, hook: 'FORWARD' }),
];
