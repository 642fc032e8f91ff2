import { flow, held, routed, twoLinks } from '../network.ts';
import type { Scene, SceneFlow } from '../scene.ts';

const CONTROL = 'a pod gets through beside routes that refuse';

const refused = (
  name: string,
  to: string,
  ends: string,
  protocol: 'tcp' | 'udp' | 'icmp',
): SceneFlow => ({
  name,
  flow: flow('p1', to, { protocol }),
  ends,
  control: CONTROL,
});

/** What a client is told by ICMPv6. */
export const ERRORS: readonly Scene[] = [
  {
    topology: routed({
      n1: {
        ip: [
          'route add prohibit fd00:98::/64',
          'route add unreachable fd00:97::/64',
          'route add blackhole fd00:96::/64',
        ],
      },
    }),
    flows: [
      { name: CONTROL, flow: flow('p1', 'fd00:2::2'), ends: 'connected' },
      refused('a router without a route tells it', 'fd00:99::1', 'unreachable ENETUNREACH', 'tcp'),
      refused('and tells a datagram', 'fd00:99::1', 'unreachable ENETUNREACH', 'udp'),
      refused(
        'a prohibit route is administratively prohibited',
        'fd00:98::1',
        'not-permitted EACCES',
        'udp',
      ),
      refused(
        'an unreachable route is no route for those behind the router',
        'fd00:97::1',
        'unreachable ENETUNREACH',
        'icmp',
      ),
      refused('a blackhole says nothing', 'fd00:96::1', 'timeout', 'udp'),
      {
        name: 'a closed UDP port is a port unreachable',
        flow: flow('p1', 'fd00:2::2', { protocol: 'udp', port: 9 }),
        ends: 'refused ECONNREFUSED',
        proof: [{ kind: 'drop', reason: 'NO_SOCKET' }],
        control: CONTROL,
      },
      {
        name: 'a closed TCP port is reset',
        flow: flow('p1', 'fd00:2::2', { port: 9 }),
        ends: 'refused ECONNREFUSED',
        control: CONTROL,
      },
    ],
  },
  {
    topology: twoLinks(
      [held('fd00:a::1/64', 'eth0'), 'route add default via fe80::a dev eth0'],
      [held('fd00:a::2/64', 'eth0')],
      {
        n1: {
          sysctls: { 'net.ipv6.conf.all.forwarding': '1' },
          ip6tablesLegacy: '*nat\n-A POSTROUTING -s ::1 -j SNAT --to-source fd00:a::1\nCOMMIT\n',
        },
      },
    ),
    flows: [
      {
        name: 'from its own address a router of ::1 connects',
        flow: flow('n1', 'fd00:a::2'),
        ends: 'connected',
      },
      {
        name: 'an answer to ::1 that comes from outside meets its socket, and is not forwarded',
        flow: flow('n1', 'fd00:a::2', { source: '::1' }),
        ends: 'timeout',
        proof: [{ kind: 'drop', reason: 'NOT_SPECIFIED' }],
        control: 'from its own address a router of ::1 connects',
      },
      {
        name: 'nor is that to a datagram',
        flow: flow('n1', 'fd00:a::2', { source: '::1', protocol: 'udp' }),
        ends: 'timeout',
        control: 'from its own address a router of ::1 connects',
      },
    ],
  },
  {
    topology: twoLinks(
      [held('fd00:a::1/64', 'eth0'), 'route add fd00:b::/64 via fe80::a dev eth0'],
      [held('fd00:a::2/64', 'eth0'), held('fd00:b::2/64', 'eth1')],
      {
        n1: {
          ip6tablesLegacy:
            '*filter\n-A OUTPUT -d fd00:b::2 -j REJECT\n-A OUTPUT -d fd00:a::2 -p udp -j DROP\nCOMMIT\n',
        },
      },
    ),
    flows: [
      { name: 'what OUTPUT lets pass connects', flow: flow('n1', 'fd00:a::2'), ends: 'connected' },
      {
        name: 'REJECT in OUTPUT refuses a connection',
        flow: flow('n1', 'fd00:b::2'),
        ends: 'refused ECONNREFUSED',
        control: 'what OUTPUT lets pass connects',
      },
      {
        name: 'a connection that is bound to a device does not hear of it',
        flow: flow('n1', 'fd00:b::2', { device: 'eth0' }),
        ends: 'timeout',
        control: 'what OUTPUT lets pass connects',
      },
      {
        name: 'REJECT in OUTPUT fails the call of a datagram',
        flow: flow('n1', 'fd00:b::2', { protocol: 'udp' }),
        ends: 'not-permitted EPERM',
        control: 'what OUTPUT lets pass connects',
      },
      {
        name: 'a ping of IPv6 is not told of a drop by its call, but by the error',
        flow: flow('n1', 'fd00:b::2', { protocol: 'icmp' }),
        ends: 'refused ECONNREFUSED',
        control: 'what OUTPUT lets pass connects',
      },
      {
        name: 'a ping from ::1 to another own address is answered',
        flow: flow('n1', 'fd00:a::1', { protocol: 'icmp', source: '::1' }),
        ends: 'connected',
      },
      {
        name: 'an error for ::1 is routed as any, and arrives',
        flow: flow('n1', 'fd00:a::1', { protocol: 'udp', source: '::1', port: 9 }),
        ends: 'refused ECONNREFUSED',
        control: 'a ping from ::1 to another own address is answered',
      },
      {
        name: 'a reset for ::1 is routed by the device of the address, and lost',
        flow: flow('n1', 'fd00:a::1', { source: '::1', port: 9 }),
        ends: 'timeout',
        proof: [{ kind: 'drop', reason: 'NO_SOCKET' }],
        control: 'a ping from ::1 to another own address is answered',
      },
      {
        name: 'no socket that is bound to a device is bound to ::1',
        flow: flow('n1', 'fd00:a::2', { source: '::1', device: 'eth0' }),
        ends: 'unreachable EADDRNOTAVAIL',
        control: 'what OUTPUT lets pass connects',
      },
      {
        name: 'DROP in OUTPUT fails the call of a datagram',
        flow: flow('n1', 'fd00:a::2', { protocol: 'udp' }),
        ends: 'not-permitted EPERM',
        control: 'what OUTPUT lets pass connects',
      },
    ],
  },
  ...(
    [
      ['icmp6-no-route', 'unreachable ENETUNREACH'],
      ['icmp6-adm-prohibited', 'not-permitted EACCES'],
      ['icmp6-addr-unreachable', 'unreachable EHOSTUNREACH'],
      ['icmp6-port-unreachable', 'refused ECONNREFUSED'],
      ['icmp6-policy-fail', 'not-permitted EACCES'],
      ['icmp6-reject-route', 'not-permitted EACCES'],
      ['tcp-reset', 'refused ECONNREFUSED'],
    ] as const
  ).map(
    ([how, ends]): Scene => ({
      topology: routed({
        n1: { ip6tablesNft: `*filter\n-A FORWARD -p tcp -j REJECT --reject-with ${how}\nCOMMIT\n` },
      }),
      flows: [
        { name: `REJECT with ${how}`, flow: flow('p1', 'fd00:2::2'), ends, control: CONTROL },
      ],
    }),
  ),
];
