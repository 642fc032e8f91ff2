import type { LabNamespace, Topology } from '../../../../src/lab/topology/topology.ts';
import { FORWARDING, flow, held, type State } from '../network.ts';
import type { Scene, SceneFlow } from '../scene.ts';

/**
 * The IPv6 flows of kube-proxy's own tests of node ports: a Service with a local and a remote endpoint, asked for
 * from a pod, from outside, from the node. Facts from kubernetes pkg/proxy/iptables/proxier_test.go and
 * pkg/proxy/nftables/proxier_test.go (Apache-2.0), "TestNodePorts"; the rules are written here in the proxies' form.
 */
const CLUSTER_IP = 'fd00:172:30::41';
const REMOTE = 'fd00:10:180::1';
const LOCAL = 'fd00:10:180::2:1';
const ENDPOINTS = [REMOTE, LOCAL];
const NODE = '2001:db8::1';
const SECONDARY = '2001:db8:1::2';
const NODE_PORT = 3001;

function iptables(nodePorts: string): State {
  const sep = (name: string, address: string): string =>
    `-A KUBE-SEP-${name} -s ${address}/128 -j KUBE-MARK-MASQ
-A KUBE-SEP-${name} -p tcp -m tcp -j DNAT --to-destination [${address}]:80
`;
  return {
    ip6tablesNft: `*nat
:KUBE-SERVICES - [0:0]
:KUBE-NODEPORTS - [0:0]
:KUBE-POSTROUTING - [0:0]
:KUBE-MARK-MASQ - [0:0]
:KUBE-SVC-1 - [0:0]
:KUBE-EXT-1 - [0:0]
:KUBE-SEP-R - [0:0]
:KUBE-SEP-L - [0:0]
-A PREROUTING -j KUBE-SERVICES
-A OUTPUT -j KUBE-SERVICES
-A POSTROUTING -j KUBE-POSTROUTING
-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000
-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN
-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0
-A KUBE-POSTROUTING -j MASQUERADE --random-fully
-A KUBE-SERVICES -d ${CLUSTER_IP}/128 -p tcp -m tcp --dport 80 -j KUBE-SVC-1
${nodePorts}
-A KUBE-NODEPORTS -p tcp -m tcp --dport ${NODE_PORT} -j KUBE-EXT-1
-A KUBE-EXT-1 -j KUBE-MARK-MASQ
-A KUBE-EXT-1 -j KUBE-SVC-1
-A KUBE-SVC-1 ! -s fd00:10::/64 -d ${CLUSTER_IP}/128 -p tcp -m tcp --dport 80 -j KUBE-MARK-MASQ
-A KUBE-SVC-1 -m statistic --mode random --probability 0.50000000000 -j KUBE-SEP-R
-A KUBE-SVC-1 -j KUBE-SEP-L
${sep('R', REMOTE)}${sep('L', LOCAL)}COMMIT
`,
  };
}

const ALL_LOCAL = '-A KUBE-SERVICES ! -d ::1/128 -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS';

function nftables(nodePortIps: readonly string[]): State {
  return {
    nft: `table ip6 kube-proxy {
  set nodeport-ips { type ipv6_addr; elements = { ${nodePortIps.join(', ')} } }
  chain mark-for-masquerade { meta mark set meta mark | 0x4000
  }
  chain endpoint-remote { ip6 saddr ${REMOTE} jump mark-for-masquerade
    meta l4proto tcp dnat to [${REMOTE}]:80
  }
  chain endpoint-local { ip6 saddr ${LOCAL} jump mark-for-masquerade
    meta l4proto tcp dnat to [${LOCAL}]:80
  }
  chain service-1 { ip6 daddr ${CLUSTER_IP} tcp dport 80 ip6 saddr != fd00:10::/64 jump mark-for-masquerade
    numgen random mod 2 vmap { 0 : goto endpoint-remote, 1 : goto endpoint-local }
  }
  chain external-1 { jump mark-for-masquerade
    goto service-1
  }
  map service-ips { type ipv6_addr . inet_proto . inet_service : verdict; elements = { ${CLUSTER_IP} . tcp . 80 : goto service-1 } }
  map service-nodeports { type inet_proto . inet_service : verdict; elements = { tcp . ${NODE_PORT} : goto external-1 } }
  chain services { ip6 daddr . meta l4proto . th dport vmap @service-ips
    ip6 daddr @nodeport-ips meta l4proto . th dport vmap @service-nodeports
  }
  chain masquerading { meta mark & 0x4000 == 0 return
    meta mark set meta mark ^ 0x4000
    masquerade fully-random
  }
  chain nat-prerouting { type nat hook prerouting priority -100; jump services
  }
  chain nat-output { type nat hook output priority -100; jump services
  }
  chain nat-postrouting { type nat hook postrouting priority 100; jump masquerading
  }
}
`,
  };
}

function cluster(rules: State): Topology {
  const web = [{ protocol: 'tcp', port: 80 }] as const;
  const on = (
    name: string,
    place: LabNamespace['place'],
    ip: readonly string[],
    more: State = {},
  ) => ({
    name,
    place,
    ip,
    listeners: web,
    ...more,
  });
  const node = (name: string): LabNamespace['place'] => ({ kind: 'node', node: name });
  const pod = (name: string): LabNamespace['place'] => ({ kind: 'pod', node: 'n1', netns: name });
  const behind = (address: string, gateway: string): readonly string[] => [
    held(`${address}/128`, 'eth0'),
    held(`${gateway}:1/64`.replace('fe80::', 'fe80::f:'), 'eth0'),
    'link set eth0 up',
    `route add default via ${gateway} dev eth0`,
  ];
  return {
    namespaces: [
      on(
        'n1',
        node('n1'),
        [
          held(`${NODE}/64`, 'eth0'),
          held(`${SECONDARY}/64`, 'eth0'),
          held('fe80::1/64', 'eth0'),
          'link set eth0 up',
          held('fe80::c/64', 'client'),
          held('fe80::e/64', 'local'),
          'link set client up',
          'link set local up',
          'route add fd00:10::2/128 dev client',
          `route add ${LOCAL}/128 dev local`,
          `route add ${REMOTE}/128 via 2001:db8::2`,
          'route add default via 2001:db8::99',
        ],
        { sysctls: FORWARDING, listeners: [], ...rules },
      ),
      on('n2', node('n2'), [
        held('2001:db8::2/64', 'eth0'),
        held(`${REMOTE}/128`, 'eth0'),
        held('fe80::2/64', 'eth0'),
        'link set eth0 up',
        `route add default via ${NODE}`,
      ]),
      on('outside', node('outside'), [
        held('2001:db8::99/64', 'eth0'),
        held('2600:5200::1/128', 'eth0'),
        held('fe80::99/64', 'eth0'),
        'link set eth0 up',
        `route add ${SECONDARY}/128 via ${NODE}`,
      ]),
      on('client', pod('client'), behind('fd00:10::2', 'fe80::c')),
      on('local', pod('local'), behind(LOCAL, 'fe80::e')),
    ],
    cables: ['client', 'local'].map((name) => ({
      ends: [
        { namespace: 'n1', device: name },
        { namespace: name, device: 'eth0' },
      ] as const,
    })),
    segments: [
      {
        name: 'u0',
        members: ['n1', 'n2', 'outside'].map((namespace) => ({ namespace, device: 'eth0' })),
      },
    ],
  };
}

type Reached = 'endpoints' | 'untouched';

function flowsOf(proxy: string, secondary: Reached, localhost: boolean): readonly SceneFlow[] {
  const base = `kube-proxy, ${proxy}: `;
  const reached = (
    name: string,
    asked: SceneFlow['flow'],
    what: Reached,
    masqueraded?: boolean,
  ): SceneFlow =>
    what === 'endpoints'
      ? {
          name: `${base}${name}`,
          flow: asked,
          ends: 'connected',
          answers: ENDPOINTS,
          ...(masqueraded === undefined ? {} : { masqueraded }),
        }
      : {
          name: `${base}${name}`,
          flow: asked,
          ends: 'refused ECONNREFUSED',
          control: `${base}external to nodePort`,
        };
  const outside = (to: string): SceneFlow['flow'] =>
    flow('outside', to, { port: NODE_PORT, source: '2600:5200::1' });
  return [
    reached(
      'pod to cluster IP',
      flow('client', CLUSTER_IP, { port: 80, source: 'fd00:10::2' }),
      'endpoints',
      false,
    ),
    reached('external to nodePort', outside(NODE), 'endpoints', true),
    reached('node to nodePort', flow('n1', NODE, { port: NODE_PORT, source: NODE }), 'endpoints'),
    ...(localhost
      ? [
          reached(
            'localhost to nodePort is ignored',
            flow('n1', '::1', { port: NODE_PORT, source: '::1' }),
            'untouched' as const,
          ),
        ]
      : []),
    secondary === 'endpoints'
      ? reached('external to nodePort on secondary IP', outside(SECONDARY), 'endpoints', true)
      : reached('secondary nodeIP ignores NodePorts', outside(SECONDARY), 'untouched'),
  ];
}

export const KUBE_PROXY: readonly Scene[] = [
  {
    topology: cluster(iptables(ALL_LOCAL)),
    flows: flowsOf('iptables with localhostNodePorts', 'endpoints', true),
  },
  {
    topology: cluster(iptables(ALL_LOCAL)),
    flows: flowsOf('iptables without localhostNodePorts', 'endpoints', true),
  },
  {
    topology: cluster(iptables(`-A KUBE-SERVICES -d ${NODE}/128 -j KUBE-NODEPORTS`)),
    flows: flowsOf('iptables with nodePortAddresses', 'untouched', true),
  },
  { topology: cluster(nftables([NODE])), flows: flowsOf('nftables', 'untouched', false) },
  {
    topology: cluster(nftables([NODE, SECONDARY])),
    flows: flowsOf('nftables with nodePortAddresses', 'endpoints', false),
  },
];
