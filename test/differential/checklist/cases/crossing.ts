import type { Topology } from '../../../../src/lab/topology/topology.ts';
import type { ChecklistCase, Proof } from '../checklist-case.ts';
import { site } from '../site.ts';

/** Points 15 and 16: what survives a crossing, and tunnels. */
const flow = { from: 'p1', protocol: 'tcp', to: '10.1.2.2', port: 8080 } as const;
const connected: Proof = { kind: 'client', outcome: 'connected' };
const mark = (chain: string, to: string): string =>
  `*mangle\n-A ${chain} -d ${to} -j MARK --set-mark 7\nCOMMIT\n`;

/** A second way from n1 to its pod: out by a0, whose other end b0 is a port of the bridge. */
function loopedThroughVeth(): Topology {
  const base = site({
    p1: {},
    n1: {
      ip: [
        'link set b0 master cni0 up',
        'addr add 10.9.9.1/24 dev a0',
        'link set a0 up',
        'route add 10.1.1.2/32 dev a0 src 10.9.9.1',
      ],
      sysctls: { 'net.bridge.bridge-nf-call-iptables': '1' },
      iptablesNft: mark('OUTPUT', '10.1.1.2'),
    },
  });
  return {
    ...base,
    cables: [
      ...base.cables,
      {
        ends: [
          { namespace: 'n1', device: 'a0' },
          { namespace: 'n1', device: 'b0' },
        ],
      },
    ],
  };
}

/** Without VXLAN: each node has a route to the other's pods by its address on the underlay. */
function hostGateway(): Topology {
  return site(
    {
      p1: {},
      n1: { ip: ['route add 10.1.2.0/24 via 192.168.7.2 dev eth0'] },
      n2: { ip: ['route add 10.1.1.0/24 via 192.168.7.1 dev eth0'] },
    },
    { overlay: 'none' },
  );
}

/** flannel's udp backend in place of VXLAN. */
function tunOverlay(readers: boolean): Topology {
  const leases = [
    { subnet: '10.1.1.0/24', node: '192.168.7.1' },
    { subnet: '10.1.2.0/24', node: '192.168.7.2' },
  ];
  const tunnel = (index: number) =>
    readers
      ? {
          tunnels: [
            {
              device: 'flannel0',
              mtu: 1472,
              address: `10.1.${index}.0/16`,
              local: `192.168.7.${index}`,
              port: 8285,
              leases,
            },
          ],
        }
      : {
          commands: [
            ['ip', 'tuntap', 'add', 'flannel0', 'mode', 'tun'],
            ['ip', 'addr', 'add', `10.1.${index}.0/16`, 'dev', 'flannel0'],
            ['ip', 'link', 'set', 'flannel0', 'up'],
          ],
        };
  return site({ p1: {}, n1: tunnel(1), n2: tunnel(2) }, { overlay: 'none' });
}

export const CROSSING: readonly ChecklistCase[] = [
  {
    name: 'a pod reaches a pod through VXLAN',
    topology: site({ p1: {} }),
    flow,
    proof: [
      connected,
      { kind: 'visit', at: 'n1', like: { hook: 'forward', iif: 'cni0', oif: 'vx1', ttl: 63 } },
      { kind: 'visit', at: 'n1', like: { hook: 'output', oif: 'eth0', protocol: 17, ttl: 64 } },
      { kind: 'visit', at: 'n2', like: { hook: 'input', iif: 'eth0', protocol: 17 } },
      { kind: 'visit', at: 'p2', like: { hook: 'input', ttl: 62 } },
    ],
  },
  {
    name: 'the mark is gone in the next namespace',
    topology: site({ p1: { iptablesNft: mark('OUTPUT', '10.1.2.2') } }),
    flow,
    proof: [
      connected,
      { kind: 'visit', at: 'p1', like: { hook: 'postrouting', mark: 7 } },
      { kind: 'visit', at: 'n1', like: { hook: 'prerouting', edge: 'first', mark: 0 } },
      { kind: 'no-visit', at: 'n1', like: { mark: 7 } },
    ],
  },
  {
    name: 'connection tracking begins anew in the next namespace',
    topology: site({
      p1: {
        iptablesNft:
          '*raw\n-A OUTPUT -j CT --notrack\nCOMMIT\n*filter\n-A OUTPUT -m conntrack --ctstate UNTRACKED -j ACCEPT\nCOMMIT\n',
      },
      n1: {
        iptablesNft:
          '*filter\n-A FORWARD -m conntrack --ctstate UNTRACKED -j DROP\n-A FORWARD -m conntrack --ctstate NEW -j ACCEPT\nCOMMIT\n',
      },
    }),
    flow,
    proof: [
      connected,
      { kind: 'visit', at: 'p1', like: { hook: 'postrouting', ctState: 'UNTRACKED' } },
      { kind: 'visit', at: 'n1', like: { hook: 'forward', ctState: 'NEW' } },
    ],
  },
  {
    name: 'the mark of a packet is that of the tunnel packet around it',
    topology: site({ p1: {}, n1: { iptablesNft: mark('FORWARD', '10.1.2.2') } }),
    flow,
    proof: [
      connected,
      { kind: 'visit', at: 'n1', like: { hook: 'output', protocol: 17, mark: 7 } },
      { kind: 'visit', at: 'n1', like: { hook: 'postrouting', protocol: 17, mark: 7 } },
      { kind: 'visit', at: 'n2', like: { hook: 'prerouting', edge: 'first', mark: 0 } },
    ],
  },
  {
    name: 'the mark is kept through a veth whose ends are in one namespace',
    topology: loopedThroughVeth(),
    flow: { ...flow, from: 'n1', to: '10.1.1.2' },
    proof: [
      connected,
      { kind: 'answer', from: 'p1', source: '10.9.9.1' },
      { kind: 'visit', at: 'n1', like: { hook: 'prerouting', iif: 'cni0', mark: 7 } },
    ],
  },
  {
    name: 'with routes by the nodes (host-gw) nothing is wrapped',
    topology: hostGateway(),
    flow,
    proof: [
      connected,
      { kind: 'visit', at: 'n1', like: { hook: 'forward', oif: 'eth0', ttl: 63 } },
      { kind: 'visit', at: 'n2', like: { hook: 'forward', iif: 'eth0', ttl: 62 } },
      { kind: 'no-visit', at: 'n1', like: { protocol: 17 } },
      { kind: 'mss', at: 'n1', device: 'eth0', mss: 1460 },
    ],
  },
  {
    name: 'flannel over UDP takes two from the hop count',
    topology: tunOverlay(true),
    flow,
    proof: [
      connected,
      { kind: 'visit', at: 'n1', like: { hook: 'postrouting', oif: 'flannel0', ttl: 63 } },
      { kind: 'visit', at: 'n2', like: { hook: 'prerouting', iif: 'flannel0', ttl: 61 } },
      { kind: 'visit', at: 'p2', like: { hook: 'input', ttl: 60 } },
    ],
  },
  {
    name: 'a node sends into flannel over UDP with the network address and the segment size of its MTU',
    topology: tunOverlay(true),
    flow: { ...flow, from: 'n1' },
    proof: [
      connected,
      { kind: 'answer', from: 'p2', source: '10.1.1.0' },
      { kind: 'mss', at: 'n1', device: 'flannel0', mss: 1432 },
    ],
  },
  {
    name: 'a TUN device that nobody reads drops',
    topology: tunOverlay(false),
    flow,
    proof: [
      { kind: 'client', outcome: 'timeout' },
      { kind: 'visit', at: 'n1', like: { hook: 'postrouting', oif: 'flannel0' } },
      { kind: 'drop', reason: 'QDISC_DROP' },
    ],
    control: 'flannel over UDP takes two from the hop count',
  },
  {
    name: 'a VXLAN packet for a network that nobody has is dropped',
    topology: site({ p1: {} }, { vni: 9 }),
    flow,
    proof: [
      { kind: 'client', outcome: 'timeout' },
      { kind: 'visit', at: 'n2', like: { hook: 'input', iif: 'eth0', protocol: 17 } },
      { kind: 'drop', reason: 'VXLAN_VNI_NOT_FOUND' },
    ],
    control: 'a pod reaches a pod through VXLAN',
  },
  {
    name: 'a packet for a tunnel without an FDB entry has no one to go to',
    topology: site({
      p1: {},
      n1: { commands: [['bridge', 'fdb', 'del', '02:00:00:00:08:02', 'dev', 'vx1']] },
    }),
    flow,
    proof: [
      { kind: 'client', outcome: 'timeout' },
      { kind: 'visit', at: 'n1', like: { hook: 'postrouting', oif: 'vx1' } },
      { kind: 'no-visit', at: 'n1', like: { hook: 'output', protocol: 17 } },
      { kind: 'drop', reason: 'NO_TX_TARGET' },
    ],
    control: 'a pod reaches a pod through VXLAN',
  },
  {
    name: 'a tunnel whose other end is routed into the tunnel drops',
    topology: site({
      p1: {},
      n1: { ip: ['route add 192.168.7.2/32 via 10.1.2.0 dev vx1 onlink'] },
    }),
    flow,
    proof: [
      { kind: 'client', outcome: 'timeout' },
      { kind: 'visit', at: 'n1', like: { hook: 'postrouting', oif: 'vx1' } },
      { kind: 'no-visit', at: 'n1', like: { hook: 'output', protocol: 17 } },
      { kind: 'drop', reason: 'IP_OUTNOROUTES' },
    ],
    control: 'a pod reaches a pod through VXLAN',
  },
  {
    name: 'a wire whose other end is down carries nothing',
    topology: site({ p2: { ip: ['link set eth0 down'] } }),
    flow: { ...flow, from: 'n2' },
    proof: [
      { kind: 'client', outcome: 'unreachable', errno: 'EHOSTUNREACH' },
      { kind: 'visit', at: 'n2', like: { hook: 'postrouting', oif: 'cni0' } },
      { kind: 'drop', reason: 'NEIGH_FAILED' },
    ],
    control: 'a node reaches its own pod',
  },
  {
    name: 'a node reaches its own pod',
    topology: site(),
    flow: { ...flow, from: 'n2' },
    proof: [{ kind: 'client', outcome: 'connected' }],
  },
];
