import { FORWARDING, flow, held, rule6, twoLinks } from '../network.ts';
import type { Scene, SceneFlow } from '../scene.ts';

const SERVER = [
  held('fd00:a::2/64', 'eth0'),
  held('fd00:b::2/64', 'eth1'),
  held('fd00:9::2/128', 'eth1'),
  held('fd00:8::2/128', 'eth1'),
];
const CLIENT = [held('fd00:a::1/64', 'eth0'), held('fd00:b::1/64', 'eth1')];

const to9 = (name: string, more: Parameters<typeof flow>[2], source: string): SceneFlow => ({
  name,
  flow: flow('n1', 'fd00:9::2', more),
  ends: 'connected',
  source,
});

const fails = (name: string, to: string, ends: string, control: string): SceneFlow => ({
  name,
  flow: flow('n1', to, { source: 'fd00:a::1' }),
  ends,
  control,
});

/** Tables, rules, metrics and types of routes. */
export const ROUTES: readonly Scene[] = [
  {
    topology: twoLinks(
      [
        ...CLIENT,
        'route add fd00:9::/64 via fe80::b dev eth1 table 7',
        'route add fd00:9::/64 via fe80::a dev eth0',
      ],
      SERVER,
      {
        n1: {
          commands: [
            rule6('from fd00:b::1 table 7'),
            rule6('to fd00:6::/64 prohibit'),
            rule6('to fd00:5::/64 blackhole'),
            rule6('to fd00:4::/64 unreachable'),
          ],
        },
      },
    ),
    flows: [
      to9('a rule about sources does not see one that is still to be chosen', {}, 'fd00:a::1'),
      to9('a rule about sources sees a bound one', { source: 'fd00:b::1' }, 'fd00:b::1'),
      to9('and that of a datagram', { source: 'fd00:b::1', protocol: 'udp' }, 'fd00:b::1'),
      {
        name: 'a bound device finds no route in a table that is not asked',
        flow: flow('n1', 'fd00:9::2', { device: 'eth1', source: 'fd00:a::1' }),
        ends: 'unreachable ENETUNREACH',
        control: 'a rule about sources sees a bound one',
      },
      fails('a rule that prohibits', 'fd00:6::1', 'not-permitted EACCES', 'and that of a datagram'),
      fails(
        'a rule that is a black hole',
        'fd00:5::1',
        'unreachable EINVAL',
        'and that of a datagram',
      ),
      fails(
        'a rule that is unreachable',
        'fd00:4::1',
        'unreachable ENETUNREACH',
        'and that of a datagram',
      ),
    ],
  },
  {
    topology: twoLinks(
      [
        ...CLIENT,
        'route add fd00:9::/64 via fe80::a dev eth0 metric 100',
        'route add fd00:9::/64 via fe80::b dev eth1 metric 50',
        'route add fd00:8::/64 via fe80::a dev eth0 metric 100',
        'route add unreachable fd00:8::/64 metric 50',
        'route add prohibit fd00:98::/64',
        'route add blackhole fd00:97::/64',
        'route add throw fd00:9:0:0:1::/80',
      ],
      SERVER,
    ),
    flows: [
      to9('the lowest metric wins', {}, 'fd00:b::1'),
      to9('a bound device takes the route that it has', { device: 'eth0' }, 'fd00:a::1'),
      {
        name: 'a route that refuses is none of a bound device',
        flow: flow('n1', 'fd00:8::2', { device: 'eth0' }),
        ends: 'connected',
        source: 'fd00:a::1',
      },
      fails(
        'an unreachable route',
        'fd00:8::2',
        'unreachable EHOSTUNREACH',
        'a route that refuses is none of a bound device',
      ),
      fails('a prohibit route', 'fd00:98::2', 'not-permitted EACCES', 'the lowest metric wins'),
      fails('a blackhole route', 'fd00:97::2', 'unreachable EINVAL', 'the lowest metric wins'),
      fails('no route', 'fd00:96::2', 'unreachable ENETUNREACH', 'the lowest metric wins'),
      fails(
        'a throw route ends its table',
        'fd00:9::1:0:0:2',
        'unreachable ENETUNREACH',
        'the lowest metric wins',
      ),
      {
        name: "another device's own address is no way for a bound socket",
        flow: flow('n1', 'fd00:b::1', { device: 'eth0' }),
        ends: 'unreachable ENETUNREACH',
        control: 'an own address goes over loopback',
      },
      {
        name: 'an own address goes over loopback',
        flow: flow('n1', 'fd00:b::1', { device: 'eth1' }),
        ends: 'connected',
        proof: [{ kind: 'visit', at: 'n1', like: { hook: 'output', oif: 'lo' } }],
      },
    ],
  },
  {
    topology: twoLinks(
      [
        ...CLIENT,
        'route add fd00:9::/64 nexthop via fe80::a dev eth0 nexthop via fe80::b dev eth1',
        'route add fd00:8::/64 from fd00:b::/64 via fe80::b dev eth1',
        'route add fd00:8::/64 via fe80::a dev eth0',
      ],
      SERVER,
    ),
    flows: [
      {
        name: 'a multipath route takes one of its legs',
        flow: flow('n1', 'fd00:9::2'),
        ends: 'connected',
      },
      to9('of a multipath route a bound device takes its own', { device: 'eth1' }, 'fd00:b::1'),
      {
        name: 'a route for a source is found by it',
        flow: flow('n1', 'fd00:8::2', { source: 'fd00:b::1' }),
        ends: 'connected',
      },
      {
        name: 'and hides the one that asks for none',
        flow: flow('n1', 'fd00:8::2', { source: 'fd00:a::1' }),
        ends: 'unreachable ENETUNREACH',
        control: 'a route for a source is found by it',
      },
    ],
  },
  {
    topology: twoLinks(
      [
        held('fd00:a::1/64', 'eth0'),
        'route add fd00:b::/64 via fe80::a dev eth0',
        'route add fd00:99::/64 via fe80::a dev eth0',
      ],
      [...SERVER, held('fd00:b::3/64', 'eth1')],
    ),
    flows: [
      {
        name: 'any device takes packets for any of its host',
        flow: flow('n1', 'fd00:b::2'),
        ends: 'connected',
      },
      {
        name: 'without forwarding a packet ends in silence',
        flow: flow('n1', 'fd00:b::9'),
        ends: 'timeout',
        proof: [{ kind: 'drop', reason: 'IP_INADDRERRORS' }],
        control: 'any device takes packets for any of its host',
      },
      {
        name: 'also without forwarding, no route is told',
        flow: flow('n1', 'fd00:99::9'),
        ends: 'unreachable ENETUNREACH',
        proof: [{ kind: 'drop', reason: 'IP_INNOROUTES' }],
        control: 'any device takes packets for any of its host',
      },
    ],
  },
  {
    topology: twoLinks(
      [held('fd00:a::1/64', 'eth0'), 'route add fd00:b::/64 via fe80::a dev eth0'],
      SERVER,
      {
        n2: { sysctls: FORWARDING },
      },
    ),
    flows: [
      {
        name: 'a link-local source is not forwarded',
        flow: flow('n1', 'fd00:b::9', { source: 'fe80::1', device: 'eth0' }),
        ends: 'unreachable EHOSTUNREACH',
        proof: [{ kind: 'drop', reason: 'IP_INADDRERRORS' }],
        control: 'an address behind the router answers pings',
      },
      {
        name: 'no TCP connection to an anycast address',
        flow: flow('n1', 'fd00:b::'),
        ends: 'timeout',
        control: 'an address behind the router answers pings',
      },
      {
        name: 'an address behind the router answers pings',
        flow: flow('n1', 'fd00:b::2', { protocol: 'icmp' }),
        ends: 'connected',
      },
    ],
  },
];
