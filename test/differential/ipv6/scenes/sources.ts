import { flow, held, twoLinks } from '../network.ts';
import type { Scene, SceneFlow } from '../scene.ts';

/** Addresses of n2, one of each label and more; the way back to any source is its default route. */
const SERVER = [
  held('fd00:a::2/64', 'eth0'),
  held('2001:db8:a::2/64', 'eth0'),
  held('fd00:b::2/64', 'eth1'),
  held('2001:db8:b::2/64', 'eth1'),
  held('2002:c000::2/64', 'eth0'),
  held('fec0::2/64', 'eth0'),
  'route add 2001:db8:a::1/128 via fe80::1 dev eth0',
  'route add default via fe80::1 dev eth0',
];
const DEFAULT = 'route add default via fe80::a dev eth0';

const chosen = (name: string, to: string, source: string): SceneFlow => ({
  name,
  flow: flow('n1', to),
  ends: 'connected',
  source,
});

/** Which address a packet gets, by RFC 6724 as the kernel follows it. */
export const SOURCES: readonly Scene[] = [
  {
    topology: twoLinks(
      [
        held('fd00:a::1/64', 'eth0'),
        held('2001:db8:a::1/64', 'eth0'),
        held('2001:db8:ffff::1/64', 'eth0'),
        held('2002:c000::1/64', 'eth0'),
        held('fec0::1/64', 'eth0'),
        DEFAULT,
      ],
      SERVER,
    ),
    flows: [
      chosen('a unique local destination gets a unique local source', 'fd00:b::2', 'fd00:a::1'),
      chosen(
        'a global destination gets a global source, not a unique local one',
        '2001:db8:b::2',
        '2001:db8:a::1',
      ),
      chosen('6to4 has a label of its own', '2002:c000::2', '2002:c000::1'),
      chosen('a site-local destination gets a source of its scope', 'fec0::2', 'fec0::1'),
      {
        name: 'a link-local destination gets the link-local source of its device',
        flow: flow('n1', 'fe80::a', { device: 'eth0' }),
        ends: 'connected',
        source: 'fe80::1',
      },
      {
        name: 'a link-local destination without a device is refused at once',
        flow: flow('n1', 'fe80::a'),
        ends: 'unreachable EINVAL',
        control: 'a link-local destination gets the link-local source of its device',
      },
      {
        name: 'the unspecified address is this host',
        flow: flow('n1', '::'),
        ends: 'connected',
        source: '::1',
      },
    ],
  },
  {
    topology: twoLinks(
      [
        held('fd00:a::1/64', 'eth0', ' preferred_lft 0'),
        held('fd00:a::11/64', 'eth0'),
        held('2001:db8:a::1/64', 'eth0', ' preferred_lft 0'),
        DEFAULT,
      ],
      SERVER,
    ),
    flows: [
      chosen('a deprecated address is avoided', 'fd00:a::2', 'fd00:a::11'),
      chosen(
        'avoiding a deprecated address counts more than its label',
        '2001:db8:b::2',
        'fd00:a::11',
      ),
    ],
  },
  {
    topology: twoLinks(
      [
        held('2001:db8:a::1/64', 'eth1'),
        held('fd00:c::1/64', 'eth1'),
        'addr add fd00:d::1/128 dev lo nodad',
        DEFAULT,
      ],
      SERVER,
    ),
    flows: [
      chosen(
        'without one of its own a device sends from an address of lo that suits',
        'fd00:a::2',
        'fd00:d::1',
      ),
      chosen(
        'the label decides between addresses of other devices',
        '2001:db8:b::2',
        '2001:db8:a::1',
      ),
    ],
  },
  {
    topology: twoLinks(
      [
        held('2001:db8:a:1::1/64', 'eth0'),
        held('2001:db8:b:2::1/64', 'eth0'),
        held('fd00:1::1/64', 'eth0'),
        held('fd00:1::2/64', 'eth0'),
        DEFAULT,
      ],
      SERVER,
    ),
    flows: [
      chosen('the longest prefix in common decides', '2001:db8:b::2', '2001:db8:b:2::1'),
      chosen('of equals the newest address is taken', 'fd00:a::2', 'fd00:1::2'),
    ],
  },
  {
    topology: twoLinks(
      [
        held('fd00:a::1/64', 'eth0'),
        held('fd00:a::11/64', 'eth0'),
        'route add default via fe80::a dev eth0 src fd00:a::1',
      ],
      SERVER,
    ),
    flows: [chosen("a route's src is taken before all rules", '2001:db8:b::2', 'fd00:a::1')],
  },
  {
    topology: twoLinks(
      [held('fd00:a::1/64', 'eth0'), held('2001:db8:a::1/64', 'eth0'), DEFAULT],
      SERVER,
      {
        n1: {
          commands: [
            ['ip', 'addrlabel', 'add', 'prefix', '2001:db8:b::/48', 'dev', 'eth0', 'label', '5'],
          ],
        },
      },
    ),
    flows: [
      chosen('a label that somebody added is heeded', '2001:db8:b::2', 'fd00:a::1'),
      chosen('beside it the others stay', '2001:db8:a::2', '2001:db8:a::1'),
    ],
  },
  {
    topology: twoLinks(
      [
        held('2001:db8:a::1/64', 'eth1'),
        held('fd00:a::9/64', 'eth0'),
        'route add 2001:db8:b::/48 via fe80::a dev eth0',
      ],
      SERVER,
      { n1: { sysctls: { 'net.ipv6.conf.eth0.use_oif_addrs_only': '1' } } },
    ),
    flows: [
      chosen('use_oif_addrs_only keeps to the device of the route', '2001:db8:b::2', 'fd00:a::9'),
    ],
  },
];
