import type { ChecklistCase, Proof } from '../checklist/checklist-case.ts';
import { type Change, type Name, site, VIP } from '../checklist/site.ts';

/** A flow and the state it meets. Commands run in a namespace before the flow. */
interface PathCase {
  readonly name: string;
  readonly setup: readonly { readonly at: Name; readonly argv: readonly string[] }[];
  readonly from: Name;
  readonly to: string;
  readonly port: number;
  readonly bindSource?: string;
  readonly bindDevice?: string;
  /** How it ends when it does not connect. */
  readonly ends?: 'refused' | 'timeout' | 'unreachable' | 'not-permitted';
  /** A case with the same client that connects, for one that does not. */
  readonly control?: string;
}

const at = (name: Name, command: string): PathCase['setup'][number] => ({
  at: name,
  argv: command.split(' '),
});

const dnat = (
  node: Name,
  chain: string,
  to: string,
  tool = 'iptables-nft',
): PathCase['setup'][number] =>
  at(node, `${tool} -t nat -A ${chain} -d ${VIP} -p tcp --dport 80 -j DNAT --to-destination ${to}`);
const rpFilter = (node: Name, mode: number): readonly PathCase['setup'][number][] => [
  at(node, `sysctl -qw net.ipv4.conf.all.rp_filter=${mode}`),
  at(node, `sysctl -qw net.ipv4.conf.vx1.rp_filter=${mode}`),
  at(node, `sysctl -qw net.ipv4.conf.eth0.rp_filter=${mode}`),
];

const PATHS: readonly PathCase[] = [
  {
    name: 'a pod reaches a pod of the other node',
    setup: [],
    from: 'p1',
    to: '10.1.2.2',
    port: 8080,
  },
  {
    name: 'a node reaches a remote pod with the overlay address',
    setup: [],
    from: 'n1',
    to: '10.1.2.2',
    port: 8080,
  },
  { name: 'a node reaches its own pod', setup: [], from: 'n2', to: '10.1.2.2', port: 8080 },
  {
    name: 'a node reaches itself by its address',
    setup: [],
    from: 'n1',
    to: '192.168.7.1',
    port: 8080,
  },
  {
    name: 'a node reaches itself by 127.0.0.1',
    setup: [],
    from: 'n1',
    to: '127.0.0.1',
    port: 8080,
  },
  {
    name: 'a closed port is refused over the overlay',
    setup: [],
    from: 'p1',
    to: '10.1.2.2',
    port: 81,
    ends: 'refused',
    control: 'a pod reaches a pod of the other node',
  },
  {
    name: 'a Service address without rules goes to the gateway nobody has',
    setup: [],
    from: 'n1',
    to: VIP,
    port: 80,
    ends: 'unreachable',
    control: 'a node reaches a Service with a remote endpoint when nothing validates',
  },
  {
    name: 'a node reaches a Service with a remote endpoint when nothing validates',
    setup: [dnat('n1', 'OUTPUT', '10.1.2.2:8080'), ...rpFilter('n1', 0), ...rpFilter('n2', 0)],
    from: 'n1',
    to: VIP,
    port: 80,
  },
  {
    name: 'strict rp_filter on the endpoint node drops the rerouted SYN',
    setup: [dnat('n1', 'OUTPUT', '10.1.2.2:8080'), ...rpFilter('n2', 1)],
    from: 'n1',
    to: VIP,
    port: 80,
    ends: 'timeout',
    control: 'a node reaches a Service with a remote endpoint when nothing validates',
  },
  {
    name: 'strict rp_filter on the client node drops the native reply',
    setup: [dnat('n1', 'OUTPUT', '10.1.2.2:8080'), ...rpFilter('n1', 1), ...rpFilter('n2', 0)],
    from: 'n1',
    to: VIP,
    port: 80,
    ends: 'timeout',
    control: 'a node reaches a Service with a remote endpoint when nothing validates',
  },
  {
    name: 'loose rp_filter lets both pass',
    setup: [dnat('n1', 'OUTPUT', '10.1.2.2:8080'), ...rpFilter('n1', 2), ...rpFilter('n2', 2)],
    from: 'n1',
    to: VIP,
    port: 80,
  },
  {
    name: 'masquerade hides the underlay source',
    setup: [
      dnat('n1', 'OUTPUT', '10.1.2.2:8080'),
      at('n1', 'iptables-nft -t nat -A POSTROUTING -d 10.1.2.0/24 -j MASQUERADE'),
      ...rpFilter('n2', 1),
    ],
    from: 'n1',
    to: VIP,
    port: 80,
  },
  {
    name: 'a socket bound to the overlay device works',
    setup: [dnat('n1', 'OUTPUT', '10.1.2.2:8080'), ...rpFilter('n2', 1)],
    from: 'n1',
    to: VIP,
    port: 80,
    bindDevice: 'vx1',
  },
  {
    name: 'a socket bound to eth0 stays on eth0',
    setup: [dnat('n1', 'OUTPUT', '10.1.2.2:8080')],
    from: 'n1',
    to: VIP,
    port: 80,
    ends: 'unreachable',
    control: 'a node reaches a Service with a remote endpoint when nothing validates',
    bindDevice: 'eth0',
  },
  {
    name: 'a bound overlay address is kept',
    setup: [dnat('n1', 'OUTPUT', '10.1.2.2:8080'), ...rpFilter('n2', 1)],
    from: 'n1',
    to: VIP,
    port: 80,
    bindSource: '10.1.1.0',
  },
  {
    name: 'a route for the Service range chooses the overlay source',
    setup: [
      dnat('n1', 'OUTPUT', '10.1.2.2:8080'),
      ...rpFilter('n2', 1),
      at('n1', 'ip route add 10.96.0.0/16 dev vx1 src 10.1.1.0'),
    ],
    from: 'n1',
    to: VIP,
    port: 80,
  },
  {
    name: 'a pod reaches a Service with a remote endpoint',
    setup: [dnat('n1', 'PREROUTING', '10.1.2.2:8080')],
    from: 'p1',
    to: VIP,
    port: 80,
  },
  {
    name: 'a pod reaches a Service with legacy iptables',
    setup: [dnat('n1', 'PREROUTING', '10.1.2.2:8080', 'iptables-legacy')],
    from: 'p1',
    to: VIP,
    port: 80,
  },
  {
    name: 'a Service with an endpoint on the same bridge works with br_netfilter',
    setup: [
      at('n2', 'sysctl -qw net.bridge.bridge-nf-call-iptables=1'),
      dnat('n2', 'PREROUTING', '10.1.2.2:8080'),
    ],
    from: 'q2',
    to: VIP,
    port: 80,
  },
  {
    name: 'without br_netfilter the endpoint of the same bridge answers past the NAT',
    setup: [
      at('n2', 'sysctl -qw net.bridge.bridge-nf-call-iptables=0'),
      dnat('n2', 'PREROUTING', '10.1.2.2:8080'),
    ],
    from: 'q2',
    to: VIP,
    port: 80,
    ends: 'timeout',
    control: 'a Service with an endpoint on the same bridge works with br_netfilter',
  },
  {
    name: 'hairpin without masquerade fails',
    setup: [
      dnat('n2', 'PREROUTING', '10.1.2.2:8080'),
      at('n2', 'bridge link set dev vp2 hairpin on'),
    ],
    from: 'p2',
    to: VIP,
    port: 80,
    ends: 'timeout',
    control: 'hairpin with masquerade works',
  },
  {
    name: 'hairpin with masquerade works',
    setup: [
      dnat('n2', 'PREROUTING', '10.1.2.2:8080'),
      at('n2', 'iptables-nft -t nat -A POSTROUTING -s 10.1.2.2 -d 10.1.2.2 -j MASQUERADE'),
      at('n2', 'bridge link set dev vp2 hairpin on'),
    ],
    from: 'p2',
    to: VIP,
    port: 80,
  },
  {
    name: 'hairpin mode off stops it in the bridge',
    setup: [
      at('n2', 'sysctl -qw net.bridge.bridge-nf-call-iptables=1'),
      dnat('n2', 'PREROUTING', '10.1.2.2:8080'),
      at('n2', 'iptables-nft -t nat -A POSTROUTING -s 10.1.2.2 -d 10.1.2.2 -j MASQUERADE'),
      at('n2', 'bridge link set dev vp2 hairpin off'),
    ],
    from: 'p2',
    to: VIP,
    port: 80,
    ends: 'timeout',
    control: 'hairpin with masquerade works',
  },
  {
    name: 'REJECT in OUTPUT refuses at once',
    setup: [at('n1', `iptables-nft -A OUTPUT -d ${VIP} -p tcp -j REJECT`)],
    from: 'n1',
    to: VIP,
    port: 80,
    ends: 'refused',
    control: 'a node reaches a Service with a remote endpoint when nothing validates',
  },
  {
    name: 'REJECT with host-prohibited in FORWARD is unreachable for the pod',
    setup: [
      at('n1', 'iptables-nft -A FORWARD -d 10.1.2.2 -j REJECT --reject-with icmp-host-prohibited'),
    ],
    from: 'p1',
    to: '10.1.2.2',
    port: 8080,
    ends: 'unreachable',
    control: 'a pod reaches a pod of the other node',
  },
  {
    name: 'REJECT with tcp-reset in FORWARD refuses',
    setup: [
      at('n1', 'iptables-nft -A FORWARD -d 10.1.2.2 -p tcp -j REJECT --reject-with tcp-reset'),
    ],
    from: 'p1',
    to: '10.1.2.2',
    port: 8080,
    ends: 'refused',
    control: 'a pod reaches a pod of the other node',
  },
  {
    name: 'REJECT after DNAT refuses the pod through the quoted packet',
    setup: [
      dnat('n1', 'PREROUTING', '10.1.2.2:8080'),
      at('n1', 'iptables-nft -A FORWARD -d 10.1.2.2 -p tcp -j REJECT'),
    ],
    from: 'p1',
    to: VIP,
    port: 80,
    ends: 'refused',
    control: 'a pod reaches a Service with a remote endpoint',
  },
  {
    name: 'DROP in OUTPUT is silent for TCP',
    setup: [at('n1', 'iptables-nft -A OUTPUT -d 10.1.2.2 -j DROP')],
    from: 'n1',
    to: '10.1.2.2',
    port: 8080,
    ends: 'timeout',
    control: 'a node reaches a remote pod with the overlay address',
  },
  {
    name: 'DROP in INPUT of the endpoint pod is silent',
    setup: [at('p2', 'iptables-nft -A INPUT -p tcp --dport 8080 -j DROP')],
    from: 'p1',
    to: '10.1.2.2',
    port: 8080,
    ends: 'timeout',
    control: 'a pod reaches a pod of the other node',
  },
  {
    name: 'FORWARD policy DROP on the endpoint node is silent',
    setup: [at('n2', 'iptables-nft -P FORWARD DROP')],
    from: 'p1',
    to: '10.1.2.2',
    port: 8080,
    ends: 'timeout',
    control: 'a pod reaches a pod of the other node',
  },
  {
    name: 'a DROP for VXLAN in INPUT cuts the overlay',
    setup: [at('n2', 'iptables-nft -A INPUT -p udp --dport 8472 -j DROP')],
    from: 'p1',
    to: '10.1.2.2',
    port: 8080,
    ends: 'timeout',
    control: 'a pod reaches a pod of the other node',
  },
  {
    name: 'forwarding off on the endpoint node is silent',
    setup: [at('n2', 'sysctl -qw net.ipv4.ip_forward=0')],
    from: 'p1',
    to: '10.1.2.2',
    port: 8080,
    ends: 'timeout',
    control: 'a pod reaches a pod of the other node',
  },
  {
    name: 'an unreachable route answers the pod',
    setup: [at('n1', 'ip route replace unreachable 10.1.2.0/24')],
    from: 'p1',
    to: '10.1.2.2',
    port: 8080,
    ends: 'unreachable',
    control: 'a pod reaches a pod of the other node',
  },
  {
    name: 'an unreachable route fails the node at once',
    setup: [at('n1', 'ip route replace unreachable 10.1.2.0/24')],
    from: 'n1',
    to: '10.1.2.2',
    port: 8080,
    ends: 'unreachable',
    control: 'a node reaches a remote pod with the overlay address',
  },
  {
    name: 'a prohibit route is not permitted for the node',
    setup: [at('n1', 'ip route replace prohibit 10.1.2.0/24')],
    from: 'n1',
    to: '10.1.2.2',
    port: 8080,
    ends: 'not-permitted',
    control: 'a node reaches a remote pod with the overlay address',
  },
  {
    name: 'a blackhole route is silent for the pod',
    setup: [at('n1', 'ip route replace blackhole 10.1.2.0/24')],
    from: 'p1',
    to: '10.1.2.2',
    port: 8080,
    ends: 'timeout',
    control: 'a pod reaches a pod of the other node',
  },
  {
    name: 'no default route fails before DNAT',
    setup: [dnat('n1', 'OUTPUT', '10.1.2.2:8080'), at('n1', 'ip route del default')],
    from: 'n1',
    to: VIP,
    port: 80,
    ends: 'unreachable',
    control: 'a node reaches a Service with a remote endpoint when nothing validates',
  },
  {
    name: 'a mark in mangle OUTPUT routes again',
    setup: [
      at('n1', 'iptables-nft -t mangle -A OUTPUT -d 10.1.2.2 -j MARK --set-mark 7'),
      at('n1', 'ip rule add fwmark 7 table 100'),
      at('n1', 'ip route add unreachable 10.1.2.0/24 table 100'),
    ],
    from: 'n1',
    to: '10.1.2.2',
    port: 8080,
    ends: 'timeout',
    control: 'a node reaches a remote pod with the overlay address',
  },
  {
    name: 'a mark in an nft filter chain does not route again',
    setup: [
      at('n1', 'nft add table ip t'),
      at('n1', 'nft add chain ip t o { type filter hook output priority 0 ; }'),
      at('n1', 'nft add rule ip t o ip daddr 10.1.2.2 meta mark set 7'),
      at('n1', 'ip rule add fwmark 7 table 100'),
      at('n1', 'ip route add unreachable 10.1.2.0/24 table 100'),
    ],
    from: 'n1',
    to: '10.1.2.2',
    port: 8080,
  },
  {
    name: 'a mark in an nft route chain routes again',
    setup: [
      at('n1', 'nft add table ip t'),
      at('n1', 'nft add chain ip t o { type route hook output priority -150 ; }'),
      at('n1', 'nft add rule ip t o ip daddr 10.1.2.2 meta mark set 7'),
      at('n1', 'ip rule add fwmark 7 table 100'),
      at('n1', 'ip route add unreachable 10.1.2.0/24 table 100'),
    ],
    from: 'n1',
    to: '10.1.2.2',
    port: 8080,
    ends: 'timeout',
    control: 'a node reaches a remote pod with the overlay address',
  },
  {
    name: 'native nft DNAT works like iptables',
    setup: [
      at('n1', 'nft add table ip t'),
      at('n1', 'nft add chain ip t pre { type nat hook prerouting priority -100 ; }'),
      at('n1', `nft add rule ip t pre ip daddr ${VIP} tcp dport 80 dnat to 10.1.2.2:8080`),
    ],
    from: 'p1',
    to: VIP,
    port: 80,
  },
  {
    name: 'conntrack INVALID drop does not hit a good handshake',
    setup: [
      dnat('n1', 'PREROUTING', '10.1.2.2:8080'),
      at('n1', 'iptables-nft -A FORWARD -m conntrack --ctstate INVALID -j DROP'),
    ],
    from: 'p1',
    to: VIP,
    port: 80,
  },
  {
    name: 'an established rule lets replies back in',
    setup: [
      at('n2', 'iptables-nft -P FORWARD DROP'),
      at('n2', 'iptables-nft -A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT'),
      at('n2', 'iptables-nft -A FORWARD -d 10.1.2.2 -p tcp --dport 8080 -j ACCEPT'),
    ],
    from: 'p1',
    to: '10.1.2.2',
    port: 8080,
  },
  {
    name: 'NOTRACK leaves the Service address untranslated',
    setup: [
      dnat('n1', 'OUTPUT', '10.1.2.2:8080'),
      at('n1', `iptables-nft -t raw -A OUTPUT -d ${VIP} -j CT --notrack`),
    ],
    from: 'n1',
    to: VIP,
    port: 80,
    ends: 'unreachable',
    control: 'a node reaches a Service with a remote endpoint when nothing validates',
  },
  {
    name: 'NodePort on 127.0.0.1 needs route_localnet',
    setup: [
      at(
        'n1',
        'iptables-nft -t nat -A OUTPUT -d 127.0.0.1 -p tcp --dport 30080 -j DNAT --to-destination 10.1.1.2:8080',
      ),
      at('n1', 'iptables-nft -t nat -A POSTROUTING -s 127.0.0.0/8 -d 10.1.0.0/16 -j MASQUERADE'),
    ],
    from: 'n1',
    to: '127.0.0.1',
    port: 30080,
    ends: 'timeout',
    control: 'NodePort on 127.0.0.1 works with route_localnet',
  },
  {
    name: 'NodePort on 127.0.0.1 works with route_localnet',
    setup: [
      at('p1', 'true'),
      at('n1', 'sysctl -qw net.ipv4.conf.all.route_localnet=1'),
      at(
        'n1',
        'iptables-nft -t nat -A OUTPUT -d 127.0.0.1 -p tcp --dport 30080 -j DNAT --to-destination 10.1.1.2:8080',
      ),
      at('n1', 'iptables-nft -t nat -A POSTROUTING -s 127.0.0.0/8 -d 10.1.0.0/16 -j MASQUERADE'),
    ],
    from: 'n1',
    to: '127.0.0.1',
    port: 30080,
  },
  {
    name: 'a neighbour nobody answers for is unreachable',
    setup: [],
    from: 'n1',
    to: '192.168.7.77',
    port: 80,
    ends: 'unreachable',
    control: 'a node reaches a remote pod with the overlay address',
  },
  {
    name: 'a pod gets host unreachable for a neighbour nobody answers for',
    setup: [],
    from: 'p1',
    to: '192.168.7.77',
    port: 80,
    ends: 'unreachable',
    control: 'a pod reaches a pod of the other node',
  },
];

/** Each in the site with its commands. */
export const CASES: readonly ChecklistCase[] = PATHS.map((item) => {
  const names = [...new Set([item.from, ...item.setup.map(({ at }) => at)])];
  const changes = names.map((name): readonly [Name, Change] => [
    name,
    { commands: item.setup.filter(({ at }) => at === name).map(({ argv }) => argv) },
  ]);
  const proof: Proof = { kind: 'client', outcome: item.ends ?? 'connected' };
  return {
    name: item.name,
    topology: site(Object.fromEntries(changes)),
    flow: {
      from: item.from,
      protocol: 'tcp',
      to: item.to,
      port: item.port,
      ...(item.bindSource ? { source: item.bindSource } : {}),
      ...(item.bindDevice ? { device: item.bindDevice } : {}),
    },
    proof: [proof],
    ...(item.control ? { control: item.control } : {}),
  };
});
