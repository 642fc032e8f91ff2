import { bridged, FORWARDING, flow, held, routed, twoLinks } from '../network.ts';
import type { Scene } from '../scene.ts';

const SERVER = [held('fd00:a::2/64', 'eth0'), held('fd00:b::2/64', 'eth1')];
const ND_BRIDGED =
  '*filter\n:FORWARD DROP\n-A FORWARD -p tcp -j ACCEPT\n-A FORWARD -p icmpv6 -m physdev --physdev-is-bridged -j ACCEPT\nCOMMIT\n';
const call = { 'net.bridge.bridge-nf-call-ip6tables': '1' };

/** Who answers a solicitation, and what can stop it. */
export const NEIGHBOURS: readonly Scene[] = [
  {
    topology: routed(),
    flows: [
      {
        name: 'a pod reaches a pod of the other node',
        flow: flow('p1', 'fd00:2::2'),
        ends: 'connected',
      },
      {
        name: 'nobody has the address: the router tells the pod',
        flow: flow('p1', 'fd00:2::9'),
        ends: 'unreachable EHOSTUNREACH',
        control: 'a pod reaches a pod of the other node',
      },
      {
        name: 'nobody has the address: the kernel tells its own socket over loopback',
        flow: flow('n1', 'fd00:7::9', { protocol: 'udp' }),
        ends: 'unreachable EHOSTUNREACH',
        proof: [{ kind: 'visit', at: 'n1', like: { hook: 'input', iif: 'lo', protocol: 58 } }],
        control: 'a pod reaches a pod of the other node',
      },
    ],
  },
  {
    topology: routed({
      p2: {
        ip6tablesNft: '*filter\n:INPUT DROP\n-A INPUT -p tcp --dport 8080 -j ACCEPT\nCOMMIT\n',
      },
    }),
    flows: [
      {
        name: 'a policy of INPUT that drops solicitations hides the host',
        flow: flow('p1', 'fd00:2::2'),
        ends: 'unreachable EHOSTUNREACH',
        control: 'with solicitations let in it is found',
      },
    ],
  },
  {
    topology: routed({
      p2: {
        ip6tablesLegacy:
          '*filter\n:INPUT DROP\n-A INPUT -p tcp --dport 8080 -j ACCEPT\n-A INPUT -p icmpv6 -m icmp6 --icmpv6-type 135 -j ACCEPT\n-A INPUT -p icmpv6 -m icmp6 --icmpv6-type 136 -j ACCEPT\nCOMMIT\n',
      },
    }),
    flows: [
      {
        name: 'with solicitations let in it is found',
        flow: flow('p1', 'fd00:2::2'),
        ends: 'connected',
      },
    ],
  },
  {
    topology: routed({
      n1: { ip6tablesNft: '*mangle\n-A PREROUTING -i vp1 -j HL --hl-set 64\nCOMMIT\n' },
    }),
    flows: [
      {
        name: 'a rule that sets the hop limit spoils neighbour discovery',
        flow: flow('p1', 'fd00:2::2'),
        ends: 'unreachable EHOSTUNREACH',
        control: 'a pod reaches a pod of the other node',
      },
    ],
  },
  {
    topology: twoLinks([held('fd00:a::1/64', 'eth0'), 'route add fd00:b::2/128 dev eth0'], SERVER),
    flows: [
      {
        name: 'a host does not answer for an address of its other device',
        flow: flow('n1', 'fd00:b::2'),
        ends: 'unreachable EHOSTUNREACH',
        control: 'it answers for that of the device',
      },
      {
        name: 'it answers for that of the device',
        flow: flow('n1', 'fd00:a::2'),
        ends: 'connected',
      },
    ],
  },
  {
    topology: twoLinks(
      [held('fd00:a::1/64', 'eth0'), held('fd00:b::1/64', 'eth1'), 'addr del fe80::2/64 dev eth1'],
      [...SERVER, 'route add fd00:a::1/128 dev eth1 metric 1'],
    ),
    flows: [
      {
        name: 'an own source asks for the neighbour itself',
        flow: flow('n1', 'fd00:b::2'),
        ends: 'connected',
      },
      {
        name: 'a device without a link-local address cannot ask for a foreign source',
        flow: flow('n1', 'fd00:b::2', { source: 'fd00:a::1' }),
        ends: 'unreachable EHOSTUNREACH',
        control: 'an own source asks for the neighbour itself',
      },
    ],
  },
  {
    topology: twoLinks(
      [
        held('fd00:a::1/64', 'eth0'),
        'route add fd00:77::5/128 dev eth0',
        'route add fd00:77::6/128 dev eth0',
      ],
      [...SERVER, 'neigh add proxy fd00:77::5 dev eth0', 'route add prohibit fd00:77::/64'],
      {
        n2: {
          sysctls: {
            ...FORWARDING,
            'net.ipv6.conf.eth0.proxy_ndp': '1',
            'net.ipv6.neigh.eth0.proxy_delay': '0',
          },
        },
      },
    ),
    flows: [
      {
        name: 'proxy_ndp answers for the addresses that it was told of',
        flow: flow('n1', 'fd00:77::5', { protocol: 'udp' }),
        ends: 'not-permitted EACCES',
        proof: [
          { kind: 'visit', at: 'n2', like: { hook: 'prerouting', destination: 'fd00:77::5' } },
        ],
        control: 'it answers for that of the device',
      },
      {
        name: 'and for no others',
        flow: flow('n1', 'fd00:77::6', { protocol: 'udp' }),
        ends: 'unreachable EHOSTUNREACH',
        control: 'it answers for that of the device',
      },
    ],
  },
  {
    topology: bridged(4, { n1: { sysctls: call, ip6tablesNft: ND_BRIDGED } }),
    flows: [
      {
        name: 'a FORWARD that lets discovery pass the bridge joins its pods',
        flow: flow('pa1', 'fd00:1::b'),
        ends: 'connected',
      },
    ],
  },
  {
    topology: bridged(4, {
      n1: { sysctls: call, ip6tablesNft: ND_BRIDGED.replace(/-A FORWARD -p icmpv6.*\n/, '') },
    }),
    flows: [
      {
        name: 'br_netfilter gives discovery to FORWARD, which can part the pods of a bridge',
        flow: flow('pa1', 'fd00:1::b'),
        ends: 'unreachable EHOSTUNREACH',
        control: 'a FORWARD that lets discovery pass the bridge joins its pods',
      },
      {
        name: 'while a pod reaches others beyond the node',
        flow: flow('pa1', 'fd00:2::a'),
        ends: 'connected',
      },
    ],
  },
  {
    topology: bridged(4, {
      n1: {
        nft: `table bridge t {
  chain f {
    type filter hook forward priority 0
    icmpv6 type nd-neighbor-advert drop
  }
}
`,
      },
    }),
    flows: [
      {
        name: 'a rule of the family bridge that drops advertisements parts the pods of the bridge',
        flow: flow('pa1', 'fd00:1::b'),
        ends: 'unreachable EHOSTUNREACH',
        control: 'a FORWARD that lets discovery pass the bridge joins its pods',
      },
    ],
  },
];
