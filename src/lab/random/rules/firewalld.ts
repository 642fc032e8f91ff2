import type { RuleContext } from '../random-rules.ts';

/** firewalld's table with a zone that refuses, and the devices of the cluster in trusted ones. */
export function firewalld({ random, draft }: RuleContext): void {
  const trusted = random.chance(0.7) ? '"cni0" : goto trusted, "flannel.1" : goto trusted, ' : '';
  const open = random.pick([
    'tcp dport { 8080, 8443, 30080-30082 } accept',
    'tcp dport 53 accept\n    udp dport { 53, 8472, 8285 } accept',
    'ip saddr { 192.168.7.0/24, 10.244.0.0/16 } accept',
    'meta l4proto { tcp, udp } accept',
  ]);
  const refuse = random.pick([
    'reject with icmpx admin-prohibited',
    'reject with icmpx host-unreachable',
    'drop',
  ]);
  const invalid = random.chance(0.7) ? 'ct state invalid drop' : '';
  draft.nft.push(`table inet firewalld {
  chain trusted {
    accept
  }
  chain public {
    ${open}
    icmp type echo-request accept
    udp dport { 8472, 8285 } accept
    return
  }
  chain zones {
    iifname vmap { ${trusted}"lo" : accept }
    goto public
  }
  chain filter_INPUT {
    type filter hook input priority filter + 10; policy accept;
    ct state { established, related } accept
    ct status dnat accept
    iifname "lo" accept
    ${invalid}
    jump zones
    ${refuse}
  }
  chain filter_FORWARD {
    type filter hook forward priority filter + 10; policy accept;
    ct state { established, related } accept
    ct status dnat accept
    iifname "lo" accept
    ${invalid}
    ip daddr 10.244.0.0/16 accept
    jump zones
    ${refuse}
  }
}
`);
}
