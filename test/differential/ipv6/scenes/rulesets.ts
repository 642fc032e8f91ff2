import { bridged, flow, routed, rule6 } from '../network.ts';
import type { Scene } from '../scene.ts';

const NAT =
  '*nat\n-A PREROUTING -d fd00:96::1 -p tcp --dport 80 -j DNAT --to-destination [fd00:2::2]:8080\n-A OUTPUT -d fd00:96::1 -p tcp --dport 80 -j DNAT --to-destination [fd00:2::2]:8080\n-A PREROUTING -d fd00:96::2 -j DNAT --to-destination fd00:2::2\n-A POSTROUTING -s fd00:1::/64 -j MASQUERADE\nCOMMIT\n';
const SERVICE =
  '*nat\n-A PREROUTING -d fd00:96::1 -p tcp --dport 80 -j DNAT --to-destination [fd00:1::b]:8080\nCOMMIT\n';
const NFT = `
table inet t {
  chain pre {
    type nat hook prerouting priority -100
    ip6 daddr fd00:96::1 tcp dport 80 dnat ip6 to [fd00:2::2]:8080
    tcp dport 90 redirect to :8080
  }
  chain post {
    type nat hook postrouting priority 100
    oifname "eth0" ip6 saddr fd00:1::/64 masquerade
  }
  chain forwarded {
    type filter hook forward priority 0
    ip6 daddr fd00:2::2 tcp dport 81 reject with tcp reset
    ip6 daddr fd00:2::2 tcp dport 82 reject with icmpv6 type admin-prohibited
    ip daddr 0.0.0.0/0 drop
  }
}
table ip6 u {
  chain o {
    type route hook output priority -150
    ip6 daddr fd00:2::2 tcp dport 8080 meta mark set 7
  }
}
`;
const node1 = { ip: ['route add fd00:96::/64 dev eth0', 'route add prohibit fd00:2::2 table 100'] };

/** ip6tables of both backends and nft, with connection tracking and NAT. */
export const RULESETS: readonly Scene[] = (['ip6tablesNft', 'ip6tablesLegacy'] as const)
  .map(
    (backend): Scene => ({
      topology: routed({ n1: { ...node1, [backend]: NAT } }),
      flows: [
        {
          name: `${backend}: DNAT and MASQUERADE of a pod's connection`,
          flow: flow('p1', 'fd00:96::1', { port: 80 }),
          ends: 'connected',
          source: 'fd00:7::1',
        },
        {
          name: `${backend}: DNAT in OUTPUT routes again and keeps the source`,
          flow: flow('n1', 'fd00:96::1', { port: 80 }),
          ends: 'connected',
          source: 'fd00:7::1',
        },
        {
          name: `${backend}: DNAT of a ping`,
          flow: flow('p1', 'fd00:96::2', { protocol: 'icmp' }),
          ends: 'connected',
        },
        {
          name: `${backend}: an error about a translated datagram is translated back`,
          flow: flow('p1', 'fd00:96::2', { protocol: 'udp', port: 9 }),
          ends: 'refused ECONNREFUSED',
          control: `${backend}: DNAT of a ping`,
        },
      ],
    }),
  )
  .concat([
    {
      topology: routed({ n1: { ...node1, nft: NFT, commands: [rule6('fwmark 7 table 100')] } }),
      flows: [
        {
          name: 'nft: a map of an inet table translates IPv6, and masquerade hides the pod',
          flow: flow('p1', 'fd00:96::1', { port: 80 }),
          ends: 'connected',
          source: 'fd00:7::1',
        },
        {
          name: 'nft: redirect takes an address of the input device',
          flow: flow('p1', 'fd00:2::2', { port: 90 }),
          ends: 'connected',
          proof: [{ kind: 'answer', from: 'n1' }],
        },
        {
          name: 'nft: reject with a reset',
          flow: flow('p1', 'fd00:2::2', { port: 81 }),
          ends: 'refused ECONNREFUSED',
          control: 'nft: redirect takes an address of the input device',
        },
        {
          name: 'nft: reject as administratively prohibited',
          flow: flow('p1', 'fd00:2::2', { port: 82 }),
          ends: 'not-permitted EACCES',
          control: 'nft: redirect takes an address of the input device',
        },
        {
          name: 'nft: a mark of a route chain routes again, here into a route that prohibits',
          flow: flow('n1', 'fd00:2::2'),
          ends: 'timeout',
          control: 'nft: redirect takes an address of the input device',
        },
      ],
    },
    {
      topology: routed({
        n1: {
          ip6tablesNft:
            '*filter\n:FORWARD DROP\n-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n-A FORWARD -i vp1 -p tcp -j ACCEPT\nCOMMIT\n',
          iptablesNft: '*filter\n:FORWARD DROP\n:INPUT DROP\nCOMMIT\n',
        },
      }),
      flows: [
        {
          name: 'a reply is established, and rules of IPv4 are none of its',
          flow: flow('p1', 'fd00:2::2'),
          ends: 'connected',
        },
        {
          name: 'what no rule lets pass meets the policy',
          flow: flow('p1', 'fd00:2::2', { protocol: 'udp' }),
          ends: 'timeout',
          proof: [{ kind: 'drop', reason: 'NETFILTER_DROP' }],
          control: 'a reply is established, and rules of IPv4 are none of its',
        },
      ],
    },
    {
      topology: bridged(4, {
        n1: { ip6tablesNft: SERVICE, sysctls: { 'net.bridge.bridge-nf-call-ip6tables': '1' } },
      }),
      flows: [
        {
          name: 'with call-ip6tables the endpoint of the same bridge works',
          flow: flow('pa1', 'fd00:96::1', { port: 80 }),
          ends: 'connected',
        },
      ],
    },
    {
      topology: bridged(4, {
        n1: {
          ip6tablesNft: SERVICE,
          sysctls: {
            'net.bridge.bridge-nf-call-ip6tables': '0',
            'net.bridge.bridge-nf-call-iptables': '1',
          },
        },
      }),
      flows: [
        {
          name: 'without call-ip6tables its answer goes past the translation',
          flow: flow('pa1', 'fd00:96::1', { port: 80 }),
          ends: 'timeout',
          control: 'with call-ip6tables the endpoint of the same bridge works',
        },
      ],
    },
  ]);
