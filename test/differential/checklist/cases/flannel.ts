import type { ChecklistCase, Proof } from '../checklist-case.ts';
import { site, VIP } from '../site.ts';

/**
 * Point 20: which flannel masquerades what a node sends into the overlay with its own address, as
 * the founding incident's node does. N is the overlay network, S the node's part of it.
 */
const N = '10.1.0.0/16';
const S = '10.1.1.0/24';
const HIDDEN = '10.1.1.0';
const NATIVE = '192.168.7.1';
const flow = { from: 'n1', protocol: 'tcp', to: VIP, port: 80 } as const;
const SERVICE = `-A OUTPUT -d ${VIP} -p tcp --dport 80 -j DNAT --to-destination 10.1.2.2:8080`;

function iptables(version: string, source: string, rules: readonly string[]): ChecklistCase {
  return {
    name: `flannel ${version}: a node's own address ${source === NATIVE ? 'stays' : 'is hidden'}`,
    topology: site({
      n1: { iptablesNft: ['*nat', ...chainsOf(rules), SERVICE, ...rules, 'COMMIT', ''].join('\n') },
    }),
    flow,
    proof: [connected, { kind: 'answer', from: 'p2', source }],
  };
}

const connected: Proof = { kind: 'client', outcome: 'connected' };

function chainsOf(rules: readonly string[]): readonly string[] {
  const own = rules
    .map((rule) => rule.split(' ')[1] ?? '')
    .filter((name) => name.startsWith('FLANNEL'));
  return [...new Set(own)].map((name) => `:${name} - [0:0]`);
}

/** The nftables of flannel since 2024 (HEAD), whose fourth rule makes the last one useless. */
const NFT = (fourth: string): string => `table ip flannel-ipv4 {
chain postrtg {
type nat hook postrouting priority 100
meta mark 0x4000 return
ip saddr ${S} ip daddr ${N} return
ip saddr ${N} ip daddr ${S} return
${fourth}
ip saddr ${N} ip daddr != 224.0.0.0/4 masquerade fully-random
ip saddr != ${N} ip daddr ${N} masquerade fully-random
}
}
`;

function nft(name: string, source: string, fourth: string, last: number): ChecklistCase {
  return {
    name,
    topology: site({
      n1: { iptablesNft: `*nat\n${SERVICE}\nCOMMIT\n`, nft: NFT(fourth) },
    }),
    flow,
    proof: [
      connected,
      { kind: 'answer', from: 'p2', source },
      { kind: 'rule', at: 'n1', chain: 'postrtg', position: 6, packets: last },
    ],
  };
}

export const FLANNEL: readonly ChecklistCase[] = [
  iptables('0.5.5', HIDDEN, [
    `-A POSTROUTING -s ${N} -j FLANNEL`,
    `-A FLANNEL -d ${N} -j ACCEPT`,
    '-A FLANNEL ! -d 224.0.0.0/4 -j MASQUERADE',
    `-A POSTROUTING ! -s ${N} -d ${N} -j MASQUERADE`,
  ]),
  iptables('0.7.1', HIDDEN, [
    `-A POSTROUTING -s ${N} -d ${N} -j RETURN`,
    `-A POSTROUTING -s ${N} ! -d 224.0.0.0/4 -j MASQUERADE`,
    `-A POSTROUTING ! -s ${N} -d ${N} -j MASQUERADE`,
  ]),
  iptables('0.8.0', HIDDEN, [
    `-A POSTROUTING -s ${N} -d ${N} -j RETURN`,
    `-A POSTROUTING -s ${N} ! -d 224.0.0.0/4 -j MASQUERADE`,
    `-A POSTROUTING ! -s ${N} -d ${S} -j RETURN`,
    `-A POSTROUTING ! -s ${N} -d ${N} -j MASQUERADE`,
  ]),
  iptables('0.22 with iptables', HIDDEN, [
    '-A POSTROUTING -j FLANNEL-POSTRTG',
    '-A FLANNEL-POSTRTG -m mark --mark 0x4000/0x4000 -j RETURN',
    `-A FLANNEL-POSTRTG -s ${S} -d ${N} -j RETURN`,
    `-A FLANNEL-POSTRTG -s ${N} -d ${S} -j RETURN`,
    `-A FLANNEL-POSTRTG ! -s ${N} -d ${S} -j RETURN`,
    `-A FLANNEL-POSTRTG -s ${N} ! -d 224.0.0.0/4 -j MASQUERADE --random-fully`,
    `-A FLANNEL-POSTRTG ! -s ${N} -d ${N} -j MASQUERADE --random-fully`,
  ]),
  iptables('without --ip-masq', NATIVE, []),
  nft(
    "flannel of 2024 with nftables: the fourth rule returns first, and a node's own address stays",
    NATIVE,
    `ip saddr != ${S} ip daddr ${N} return`,
    0,
  ),
  nft(
    'flannel with nftables and the fourth rule as with iptables: the last rule masquerades',
    HIDDEN,
    `ip saddr != ${N} ip daddr ${S} return`,
    1,
  ),
];
