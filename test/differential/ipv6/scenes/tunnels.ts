import { bridged, flow } from '../network.ts';
import type { Scene } from '../scene.ts';

/** VXLAN that carries IPv6, over an underlay of either family. */
export const TUNNELS: readonly Scene[] = [
  ...([4, 6] as const).map(
    (underlay): Scene => ({
      topology: bridged(underlay),
      flows: [
        {
          name: `over IPv${underlay}: a pod reaches a pod of the other node`,
          flow: flow('pa1', 'fd00:2::a'),
          ends: 'connected',
          source: 'fd00:1::a',
          proof: [{ kind: 'visit', at: 'n2', like: { hook: 'input', iif: 'eth0', protocol: 17 } }],
        },
        {
          name: `over IPv${underlay}: a node sends with the overlay address`,
          flow: flow('n1', 'fd00:2::a'),
          ends: 'connected',
          source: 'fd00:1::',
        },
        {
          name: `over IPv${underlay}: nobody has the pod's address`,
          flow: flow('pa1', 'fd00:2::9', { protocol: 'udp' }),
          ends: 'unreachable EHOSTUNREACH',
          control: `over IPv${underlay}: a pod reaches a pod of the other node`,
        },
      ],
    }),
  ),
  {
    topology: bridged(6, {
      n2: { ip6tablesNft: '*filter\n-A INPUT -p udp --dport 8472 -j DROP\nCOMMIT\n' },
    }),
    flows: [
      {
        name: 'a DROP of the tunnel in INPUT of ip6tables cuts an IPv6 overlay',
        flow: flow('pa1', 'fd00:2::a'),
        ends: 'timeout',
        proof: [{ kind: 'drop', reason: 'NETFILTER_DROP' }],
        control: 'the underlay itself is not cut',
      },
      { name: 'the underlay itself is not cut', flow: flow('n1', 'fd00:7::2'), ends: 'connected' },
    ],
  },
];
