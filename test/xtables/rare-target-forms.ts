import type { OptionForm } from './option-form.ts';

/** Targets that few rulesets of nodes have, and those of ip6tables. */
export const RARE_TARGET_FORMS: readonly OptionForm[] = [
  {
    family: 4,
    table: 'mangle',
    rule: '-j HMARK --hmark-tuple src,dst --hmark-mod 5 --hmark-rnd 1',
    saved:
      '-j HMARK --hmark-src-prefix 32 --hmark-dst-prefix 32 --hmark-rnd 0x00000001 --hmark-mod 5',
  },
  {
    family: 4,
    table: 'mangle',
    rule: '-j HMARK --hmark-tuple src,dst,sport,dport,proto --hmark-mod 5 --hmark-rnd 0xfeed --hmark-offset 0x100',
    saved:
      '-j HMARK --hmark-src-prefix 32 --hmark-dst-prefix 32 --hmark-sport-mask 0xffff --hmark-dport-mask 0xffff --hmark-proto-mask 0xffff --hmark-rnd 0x0000feed --hmark-mod 5 --hmark-offset 256',
  },
  {
    family: 4,
    table: 'mangle',
    rule: '-j HMARK --hmark-tuple ct,src,dst,proto,sport,dport --hmark-mod 7 --hmark-rnd 5',
    saved:
      '-j HMARK --hmark-src-prefix 32 --hmark-dst-prefix 32 --hmark-sport-mask 0xffff --hmark-dport-mask 0xffff --hmark-proto-mask 0xffff --hmark-rnd 0x00000005 --hmark-mod 7 --hmark-tuple ct',
  },
  {
    family: 4,
    table: 'mangle',
    rule: '-j HMARK --hmark-src-prefix 24 --hmark-dst-prefix 16 --hmark-sport-mask 0xff00 --hmark-dport-mask 0xff --hmark-proto-mask 0xf --hmark-mod 5 --hmark-rnd 5',
    saved:
      '-j HMARK --hmark-src-prefix 24 --hmark-dst-prefix 16 --hmark-sport-mask 0xff00 --hmark-dport-mask 0x00ff --hmark-proto-mask 0x0f --hmark-rnd 0x00000005 --hmark-mod 5',
  },
  {
    family: 4,
    table: 'mangle',
    rule: '-j HMARK --hmark-src-prefix 24 --hmark-sport 5 --hmark-dport 6 --hmark-mod 5 --hmark-rnd 5',
    saved:
      '-j HMARK --hmark-src-prefix 24 --hmark-sport 0x0005 --hmark-dport 0x0006 --hmark-rnd 0x00000005 --hmark-mod 5',
  },
  {
    family: 4,
    table: 'mangle',
    rule: '-j HMARK --hmark-src-prefix 24 --hmark-spi-mask 0xff00 --hmark-mod 5 --hmark-rnd 5',
    saved:
      '-j HMARK --hmark-src-prefix 24 --hmark-spi-mask 0x0000ff00 --hmark-rnd 0x00000005 --hmark-mod 5',
  },
  {
    family: 4,
    table: 'mangle',
    rule: '-j HMARK --hmark-src-prefix 24 --hmark-spi 0xff00 --hmark-mod 5 --hmark-rnd 5',
    saved:
      '-j HMARK --hmark-src-prefix 24 --hmark-spi 0x0000ff00 --hmark-rnd 0x00000005 --hmark-mod 5',
  },
  {
    family: 6,
    table: 'mangle',
    rule: '-j HMARK --hmark-tuple src,dst,sport,dport,proto --hmark-mod 5 --hmark-rnd 1',
    saved:
      '-j HMARK --hmark-src-prefix 128 --hmark-dst-prefix 128 --hmark-sport-mask 0xffff --hmark-dport-mask 0xffff --hmark-proto-mask 0xffff --hmark-rnd 0x00000001 --hmark-mod 5',
  },
  {
    family: 6,
    table: 'mangle',
    rule: '-j HMARK --hmark-src-prefix 64 --hmark-dst-prefix 48 --hmark-mod 5 --hmark-rnd 1',
    saved:
      '-j HMARK --hmark-src-prefix 64 --hmark-dst-prefix 48 --hmark-rnd 0x00000001 --hmark-mod 5',
  },
  {
    family: 4,
    table: 'mangle',
    rule: '-p tcp -j TCPOPTSTRIP --strip-options mss,wscale,timestamp,sack,sack-permitted,md5,30',
    saved: '-p tcp -j TCPOPTSTRIP --strip-options 2,3,4,5,8,19,30',
  },
  {
    family: 4,
    table: 'mangle',
    rule: '-p tcp -j TPROXY --on-port 5',
    saved: '-p tcp -j TPROXY --on-port 5 --on-ip 0.0.0.0 --tproxy-mark 0x0/0x0',
  },
  {
    family: 4,
    table: 'mangle',
    rule: '-p tcp -j TPROXY --on-port 5 --on-ip 10.0.0.1 --tproxy-mark 0x1',
    saved: '-p tcp -j TPROXY --on-port 5 --on-ip 10.0.0.1 --tproxy-mark 0x1/0xffffffff',
  },
  {
    family: 4,
    table: 'mangle',
    rule: '-p udp -j TPROXY --on-port 0 --on-ip 10.0.0.1 --tproxy-mark 0x1/0x3',
  },
  {
    family: 6,
    table: 'mangle',
    rule: '-p tcp -j TPROXY --on-port 5 --on-ip fd00::1',
    saved: '-p tcp -j TPROXY --on-port 5 --on-ip fd00::1 --tproxy-mark 0x0/0x0',
  },
  { family: 4, table: 'filter', rule: '-j SET --add-set hl-a src --exist --timeout 5' },
  { family: 4, table: 'filter', rule: '-j SET --del-set hl-b src,dst' },
  { family: 4, table: 'filter', rule: '-j SET --add-set hl-a src --del-set hl-b dst,src' },
  {
    family: 4,
    table: 'mangle',
    rule: '-j SET --map-set hl-m src --map-mark --map-prio --map-queue',
  },
  { family: 4, table: 'mangle', rule: '-j SET --map-set hl-m dst --map-mark' },
  { family: 4, table: 'filter', rule: '-j NFQUEUE', saved: '-j NFQUEUE --queue-num 0' },
  { family: 4, table: 'filter', rule: '-j NFQUEUE --queue-num 3 --queue-bypass' },
  { family: 4, table: 'filter', rule: '-p tcp -j SYNPROXY' },
  { family: 6, table: 'filter', rule: '-p tcp -j SYNPROXY --mss 1440' },
  { family: 6, table: 'mangle', rule: '-j DNPT --src-pfx fd00::/64 --dst-pfx fd01::/64' },
  { family: 6, table: 'mangle', rule: '-j SNPT --src-pfx fd00:1::/48 --dst-pfx 2001:db8::/48' },
  { family: 4, table: 'nat', rule: '-p tcp -j DNAT --to-destination 10.0.0.1:80-90/100' },
  {
    family: 4,
    table: 'nat',
    rule: '-p tcp -j DNAT --to-destination 10.0.0.1:80-90 --random --persistent',
  },
  {
    family: 4,
    table: 'nat',
    rule: '-p tcp -j SNAT --to-source 10.0.0.1-10.0.0.9:80-90 --random-fully --persistent',
  },
  { family: 4, table: 'nat', rule: '-p tcp -j SNAT --to-source :80-90 --random' },
  {
    family: 6,
    table: 'nat',
    rule: '-p tcp -j DNAT --to-destination [fd00::1-fd00::9]:80-90 --random',
  },
  { family: 6, table: 'nat', rule: '-j DNAT --to-destination fd00::1-fd00::9 --persistent' },
  { family: 6, table: 'nat', rule: '-p tcp -j SNAT --to-source [fd00::1]:80' },
  { family: 6, table: 'nat', rule: '-j NETMAP --to fd00:5::/64' },
  { family: 6, table: 'nat', rule: '-p tcp -j REDIRECT --to-ports 5-6 --random' },
  { family: 6, table: 'nat', rule: '-p tcp -j MASQUERADE --to-ports 5-9' },
  { family: 6, table: 'filter', rule: '-j REJECT --reject-with icmp6-no-route' },
  { family: 6, table: 'filter', rule: '-j REJECT --reject-with icmp6-addr-unreachable' },
  { family: 6, table: 'filter', rule: '-j REJECT --reject-with icmp6-policy-fail' },
  { family: 6, table: 'filter', rule: '-j REJECT --reject-with icmp6-reject-route' },
  { family: 4, table: 'filter', rule: '-j REJECT --reject-with icmp-net-unreachable' },
  { family: 4, table: 'filter', rule: '-j REJECT --reject-with icmp-host-unreachable' },
  { family: 4, table: 'filter', rule: '-j REJECT --reject-with icmp-proto-unreachable' },
  { family: 4, table: 'filter', rule: '-j REJECT --reject-with icmp-net-prohibited' },
  { family: 4, table: 'filter', rule: '-j REJECT --reject-with icmp-host-prohibited' },
  {
    family: 4,
    table: 'filter',
    rule: '-j REJECT --reject-with tcp-rst -p tcp',
    saved: '-p tcp -j REJECT --reject-with tcp-reset',
  },
  {
    family: 4,
    table: 'filter',
    rule: '-j REJECT --reject-with admin-prohib',
    saved: '-j REJECT --reject-with icmp-admin-prohibited',
  },
  {
    family: 6,
    table: 'mangle',
    rule: '-j MARK --set-mark 5',
    saved: '-j MARK --set-xmark 0x5/0xffffffff',
  },
  {
    family: 6,
    table: 'mangle',
    rule: '-j CLASSIFY --set-class 1:2',
    saved: '-j CLASSIFY --set-class 0001:0002',
  },
  { family: 6, table: 'mangle', rule: '-j TEE --gateway fd00::1' },
  { family: 6, table: 'filter', rule: '-j LOG --log-prefix v6' },
  { family: 6, table: 'filter', rule: '-j NFLOG --nflog-group 2' },
  { family: 6, table: 'filter', rule: '-j NFQUEUE --queue-num 2' },
  { family: 6, table: 'filter', rule: '-j SET --add-set hl-c src' },
  { family: 4, table: 'raw', rule: '-j CT --zone mark' },
  { family: 4, table: 'raw', rule: '-j CT --zone-orig mark' },
  { family: 4, table: 'mangle', rule: '-p tcp -j ECN --ecn-tcp-ece 1' },
  { family: 4, table: 'mangle', rule: '-p tcp -j ECN --ecn-tcp-cwr 1' },
  { family: 4, table: 'mangle', rule: '-j ECN --ecn-ip-ect 2' },
];

/** A match that needs a rule of RATEEST before it. */
export const RATEEST_FORMS: readonly OptionForm[] = [
  {
    family: 4,
    table: 'filter',
    rule: '-m rateest --rateest x --rateest-lt --rateest-bps 1000',
    saved: '-m rateest --rateest x --rateest-lt --rateest-bps 1000bit',
  },
  {
    family: 4,
    table: 'filter',
    rule: '-m rateest --rateest-delta --rateest x ! --rateest-gt --rateest-pps 5',
    saved:
      '-m rateest --rateest-delta --rateest x --rateest-pps1 0 ! --rateest-gt --rateest-pps2 5',
  },
  {
    family: 4,
    table: 'filter',
    rule: '-m rateest --rateest x --rateest-bps1 1 --rateest-pps1 2 --rateest-eq',
    saved: '-m rateest --rateest x --rateest-eq --rateest-bps 0bit --rateest-eq --rateest-pps 0',
  },
  {
    family: 4,
    table: 'filter',
    rule: '-m rateest --rateest-delta --rateest1 x --rateest-bps1 1 --rateest-gt --rateest2 x --rateest-bps2 5',
    saved:
      '-m rateest --rateest-delta --rateest1 x --rateest-bps1 0bit --rateest-gt --rateest-bps2 0bit --rateest2 x',
  },
];
