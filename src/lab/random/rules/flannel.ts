import type { RuleContext } from '../random-rules.ts';
import { CLUSTER_NET } from '../site.ts';
import { append } from '../xtables-draft.ts';

/** flannel's rules. Origin: flannel pkg/trafficmngr/iptables/iptables.go. */
export function flannelRules({ random, node, xtables, draft }: RuleContext): void {
  const subnet = `${node.podNet}.0/24`;
  append(xtables, 'filter', 'FORWARD', '-m comment --comment "flanneld forward" -j FLANNEL-FWD');
  append(
    xtables,
    'filter',
    'FLANNEL-FWD',
    `-s ${CLUSTER_NET} -m comment --comment "flanneld forward" -j ACCEPT`,
    `-d ${CLUSTER_NET} -m comment --comment "flanneld forward" -j ACCEPT`,
  );
  // --ip-masq is off by default and on in the manifest.
  if (!random.chance(0.7)) return;
  if (random.chance(0.25)) {
    draft.nft.push(`table ip flannel-ipv4 {
  chain postrtg {
    type nat hook postrouting priority srcnat; policy accept;
    meta mark & 0x4000 == 0x4000 return
    ip saddr ${subnet} ip daddr ${CLUSTER_NET} return
    ip saddr ${CLUSTER_NET} ip daddr ${subnet} return
    ip saddr != ${subnet} ip daddr ${CLUSTER_NET} return
    ip saddr ${CLUSTER_NET} ip daddr != 224.0.0.0/4 masquerade
    ip saddr != ${CLUSTER_NET} ip daddr ${CLUSTER_NET} masquerade
  }
}
`);
    return;
  }
  const fully = random.chance(0.3) ? ' --random-fully' : '';
  append(xtables, 'nat', 'POSTROUTING', '-m comment --comment "flanneld masq" -j FLANNEL-POSTRTG');
  append(
    xtables,
    'nat',
    'FLANNEL-POSTRTG',
    '-m mark --mark 0x4000/0x4000 -j RETURN',
    `-s ${subnet} -d ${CLUSTER_NET} -j RETURN`,
    `-s ${CLUSTER_NET} -d ${subnet} -j RETURN`,
    `! -s ${CLUSTER_NET} -d ${subnet} -j RETURN`,
    `-s ${CLUSTER_NET} ! -d 224.0.0.0/4 -j MASQUERADE${fully}`,
    `! -s ${CLUSTER_NET} -d ${CLUSTER_NET} -j MASQUERADE${fully}`,
  );
}
