import type { ChecklistCase, Proof } from '../checklist-case.ts';
import { site, VIP } from '../site.ts';

/** Points 8, 11 and 18 as flows: source checks of replies, forwarding, drop reasons. */
const flow = { from: 'p1', protocol: 'tcp', to: '10.1.2.2', port: 8080 } as const;
const connected: Proof = { kind: 'client', outcome: 'connected' };
const timeout: Proof = { kind: 'client', outcome: 'timeout' };
const dropped = (reason: string): Proof => ({ kind: 'drop', reason });
const STRICT = { 'net.ipv4.conf.all.rp_filter': '1' };
const DNAT = `*nat\n-A OUTPUT -d ${VIP} -p tcp --dport 80 -j DNAT --to-destination 10.1.2.2:8080\n`;
const BASE = 'a pod reaches a pod through VXLAN';

export const ARRIVING: readonly ChecklistCase[] = [
  {
    name: 'the source check of a reply looks at the backend, not at the Service address',
    topology: site({
      n1: {
        ip: [`route add ${VIP} dev cni0`],
        sysctls: STRICT,
        iptablesNft: `${DNAT}-A POSTROUTING -o vx1 -j MASQUERADE\nCOMMIT\n`,
      },
    }),
    flow: { from: 'n1', protocol: 'tcp', to: VIP, port: 80 },
    proof: [
      connected,
      {
        kind: 'visit',
        at: 'n1',
        like: { hook: 'input', edge: 'first', iif: 'vx1', source: '10.1.2.2' },
      },
      { kind: 'visit', at: 'n1', like: { hook: 'input', edge: 'last', iif: 'vx1', source: VIP } },
    ],
  },
  {
    name: 'a strict check drops a reply whose backend is behind another device',
    topology: site({
      n1: {
        ip: ['addr add 10.1.1.77/32 dev lo', 'route add 10.1.2.2/32 via 192.168.7.2 dev eth0'],
        sysctls: STRICT,
        iptablesNft: `${DNAT}COMMIT\n`,
      },
    }),
    flow: { from: 'n1', protocol: 'tcp', to: VIP, port: 80, source: '10.1.1.77' },
    proof: [
      timeout,
      { kind: 'visit', at: 'n1', like: { hook: 'prerouting', edge: 'last', iif: 'vx1' } },
      dropped('IP_RPFILTER'),
    ],
    control: 'the source check of a reply looks at the backend, not at the Service address',
  },
  {
    name: 'a host that does not forward drops',
    topology: site({ p1: {}, n2: { sysctls: { 'net.ipv4.ip_forward': '0' } } }),
    flow,
    proof: [
      timeout,
      { kind: 'no-visit', at: 'n2', like: { hook: 'forward' } },
      dropped('IP_INADDRERRORS'),
    ],
    control: BASE,
  },
  {
    name: 'only the device that a packet comes in by has to forward',
    topology: site({
      p1: {},
      n2: { sysctls: { 'net.ipv4.ip_forward': '1', 'net.ipv4.conf.cni0.forwarding': '0' } },
    }),
    flow: { from: 'p1', protocol: 'udp', to: '10.1.2.2', port: 8080, payload: 5 },
    proof: [
      { kind: 'visit', at: 'p2', like: { hook: 'input', protocol: 17 } },
      { kind: 'visit', at: 'n2', like: { hook: 'forward', iif: 'vx1', oif: 'cni0' } },
      dropped('IP_INADDRERRORS'),
    ],
    control: 'a datagram is answered through VXLAN',
  },
  {
    name: 'a datagram is answered through VXLAN',
    topology: site({ p1: {} }),
    flow: { from: 'p1', protocol: 'udp', to: '10.1.2.2', port: 8080, payload: 5 },
    proof: [connected],
  },
  {
    name: 'a router redirects a neighbour whose packet it sends back, and forwards it all the same',
    topology: site({
      p2: { ip: ['addr add 10.55.0.1/32 dev lo'] },
      n2: { ip: ['route add 10.55.0.1/32 via 10.1.2.2 dev cni0'] },
      q2: {},
    }),
    flow: { ...flow, from: 'q2', to: '10.55.0.1' },
    proof: [
      connected,
      { kind: 'visit', at: 'n2', like: { hook: 'forward', iif: 'cni0', oif: 'cni0', ttl: 63 } },
      { kind: 'visit', at: 'n2', like: { hook: 'output', protocol: 1, destination: '10.1.2.3' } },
    ],
  },
  {
    name: 'nobody listens: NO_SOCKET and a reset',
    topology: site({ p1: {} }),
    flow: { ...flow, port: 81 },
    proof: [{ kind: 'client', outcome: 'refused', errno: 'ECONNREFUSED' }, dropped('NO_SOCKET')],
    control: BASE,
  },
  {
    name: 'nobody listens: NO_SOCKET and a port unreachable',
    topology: site({ p1: {} }),
    flow: { from: 'p1', protocol: 'udp', to: '10.1.2.2', port: 81, payload: 5 },
    proof: [{ kind: 'client', outcome: 'refused', errno: 'ECONNREFUSED' }, dropped('NO_SOCKET')],
    control: 'a datagram is answered through VXLAN',
  },
  {
    name: 'no route on the way: IP_INNOROUTES and net unreachable',
    topology: site({ p1: {}, n1: { ip: ['route del default'] } }),
    flow: { ...flow, to: '203.0.113.5' },
    proof: [
      { kind: 'client', outcome: 'unreachable', errno: 'ENETUNREACH' },
      dropped('IP_INNOROUTES'),
    ],
    control: BASE,
  },
  {
    name: 'a martian source on the way: IP_LOCALNET',
    topology: site({
      n1: {
        sysctls: { 'net.ipv4.conf.eth0.route_localnet': '1' },
        ip: ['neigh add 192.168.7.2 lladdr 02:00:00:00:07:02 dev eth0 nud permanent'],
      },
    }),
    flow: { from: 'n1', protocol: 'tcp', to: '192.168.7.2', port: 8080, source: '127.0.0.1' },
    proof: [
      timeout,
      { kind: 'visit', at: 'n2', like: { hook: 'prerouting', edge: 'last', source: '127.0.0.1' } },
      dropped('IP_LOCALNET'),
    ],
    control: 'a loopback source leaves where route_localnet and MASQUERADE are',
  },
];
