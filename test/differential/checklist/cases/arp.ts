import type { ChecklistCase, Proof } from '../checklist-case.ts';
import { type Change, type Name, site } from '../site.ts';

/** Point 10: who answers ARP, and what a permanent entry does. */
const flow = { from: 'n1', protocol: 'tcp', to: '192.168.7.2', port: 8080 } as const;
const connected: Proof = { kind: 'client', outcome: 'connected' };
const SILENCE: readonly Proof[] = [
  { kind: 'client', outcome: 'unreachable', errno: 'EHOSTUNREACH' },
  { kind: 'drop', reason: 'NEIGH_FAILED' },
  { kind: 'no-visit', at: 'n2', like: { hook: 'prerouting', protocol: 6 } },
];
const set = (key: string, value: number) => ({ [`net.ipv4.conf.${key}`]: String(value) });

const NEXT_DOOR = 'a neighbour answers for its address';

/** n1 has a second address, from which n2 has a way back. */
const secondSource: Change = { ip: ['addr add 172.20.0.1/24 dev eth0'] };
const wayBack = 'route add 172.20.0.0/24 dev eth0';

const arp = (changes: Readonly<Partial<Record<Name, Change>>>) => site(changes);

export const ARP: readonly ChecklistCase[] = [
  { name: NEXT_DOOR, topology: site(), flow, proof: [connected] },
  {
    name: 'arp_ignore 8: no answer at all',
    topology: arp({ n2: { sysctls: set('all.arp_ignore', 8) } }),
    flow,
    proof: SILENCE,
    control: NEXT_DOOR,
  },
  {
    name: 'arp_ignore 0: an address of another device is answered for',
    topology: arp({ n1: { ip: ['route add 10.1.2.1/32 dev eth0'] } }),
    flow: { ...flow, to: '10.1.2.1' },
    proof: [connected, { kind: 'answer', from: 'n2' }],
  },
  {
    name: 'arp_ignore 1: only addresses of the device itself are answered for',
    topology: arp({
      n1: { ip: ['route add 10.1.2.1/32 dev eth0'] },
      n2: { sysctls: set('eth0.arp_ignore', 1) },
    }),
    flow: { ...flow, to: '10.1.2.1' },
    proof: SILENCE,
    control: 'arp_ignore 0: an address of another device is answered for',
  },
  {
    name: 'arp_ignore 2: only senders of the own subnet are answered',
    topology: arp({
      n1: secondSource,
      n2: { ip: [wayBack], sysctls: set('all.arp_ignore', 2) },
    }),
    flow: { ...flow, source: '172.20.0.1' },
    proof: SILENCE,
    control: 'arp_announce 2: the sender asks with an address of the subnet',
  },
  {
    name: 'arp_announce 2: the sender asks with an address of the subnet',
    topology: arp({
      n1: { ...secondSource, sysctls: set('all.arp_announce', 2) },
      n2: { ip: [wayBack], sysctls: set('all.arp_ignore', 2) },
    }),
    flow: { ...flow, source: '172.20.0.1' },
    proof: [connected, { kind: 'answer', from: 'n2', source: '172.20.0.1' }],
  },
  {
    name: 'arp_announce 1: an address of another subnet is not asked with',
    topology: arp({
      n1: { ...secondSource, sysctls: set('all.arp_announce', 1) },
      n2: { ip: [wayBack], sysctls: set('all.arp_ignore', 2) },
    }),
    flow: { ...flow, source: '172.20.0.1' },
    proof: [connected, { kind: 'answer', from: 'n2', source: '172.20.0.1' }],
  },
  {
    name: 'arp_ignore 3: an address of host scope is not answered for',
    topology: arp({
      n1: { ip: ['route add 172.21.0.2/32 dev eth0'] },
      n2: { ip: ['addr add 172.21.0.2/32 dev lo scope host'], sysctls: set('all.arp_ignore', 3) },
    }),
    flow: { ...flow, to: '172.21.0.2' },
    proof: SILENCE,
    control: 'without arp_ignore an address of host scope is answered for',
  },
  {
    name: 'without arp_ignore an address of host scope is answered for',
    topology: arp({
      n1: { ip: ['route add 172.21.0.2/32 dev eth0'] },
      n2: { ip: ['addr add 172.21.0.2/32 dev lo scope host'] },
    }),
    flow: { ...flow, to: '172.21.0.2' },
    proof: [connected],
  },
  {
    name: 'strict rp_filter also silences ARP',
    topology: arp({
      n2: { ip: ['route add 192.168.7.1/32 dev cni0'], sysctls: set('all.rp_filter', 1) },
    }),
    flow,
    proof: SILENCE,
    control: 'strict rp_filter answers ARP of a sender behind the device',
  },
  {
    name: 'strict rp_filter answers ARP of a sender behind the device',
    topology: arp({ n2: { sysctls: set('all.rp_filter', 1) } }),
    flow,
    proof: [connected],
  },
  {
    name: 'arp_filter: no answer where the way back is another device',
    topology: arp({
      n2: { ip: ['route add 192.168.7.1/32 dev cni0'], sysctls: set('all.arp_filter', 1) },
    }),
    flow,
    proof: SILENCE,
    control: 'arp_filter answers where the way back is the device',
  },
  {
    name: 'arp_filter answers where the way back is the device',
    topology: arp({ n2: { sysctls: set('all.arp_filter', 1) } }),
    flow,
    proof: [connected],
  },
  {
    name: 'a host without a route back answers ARP, and the reply has no way',
    topology: arp({ n2: { ip: ['route del 192.168.7.0/24 dev eth0', 'route del default'] } }),
    flow,
    proof: [
      { kind: 'client', outcome: 'timeout' },
      { kind: 'visit', at: 'n2', like: { hook: 'input', destination: '192.168.7.2' } },
    ],
    control: NEXT_DOOR,
  },
  {
    name: 'proxy_arp answers for what is behind another device',
    topology: arp({
      p1: { ip: ['route replace default via 169.254.1.1 dev eth0 onlink'] },
      n1: { sysctls: { ...set('cni0.proxy_arp', 1), 'net.ipv4.neigh.cni0.proxy_delay': '0' } },
    }),
    flow: { ...flow, from: 'p1', to: '10.1.2.2' },
    proof: [connected, { kind: 'visit', at: 'n1', like: { hook: 'forward', iif: 'cni0' } }],
  },
  {
    name: 'without proxy_arp nobody answers for a gateway that nobody has',
    topology: arp({ p1: { ip: ['route replace default via 169.254.1.1 dev eth0 onlink'] } }),
    flow: { ...flow, from: 'p1', to: '10.1.2.2' },
    proof: [
      { kind: 'client', outcome: 'unreachable', errno: 'EHOSTUNREACH' },
      { kind: 'drop', reason: 'NEIGH_FAILED' },
      { kind: 'no-visit', at: 'n1', like: { hook: 'prerouting', protocol: 6 } },
    ],
    control: 'proxy_arp answers for what is behind another device',
  },
  {
    name: 'a permanent entry with a MAC that nobody has loses every frame',
    topology: arp({
      n1: { ip: ['neigh replace 192.168.7.2 lladdr 02:00:00:00:77:77 dev eth0 nud permanent'] },
    }),
    flow,
    proof: [
      { kind: 'client', outcome: 'timeout' },
      { kind: 'visit', at: 'n1', like: { hook: 'postrouting', destination: '192.168.7.2' } },
      { kind: 'no-visit', at: 'n2', like: { hook: 'prerouting', protocol: 6 } },
    ],
    control: NEXT_DOOR,
  },
  {
    name: 'isolated bridge ports let no ARP through',
    topology: arp({
      q2: {},
      n2: { bridge: ['link set dev vp2 isolated on', 'link set dev vq2 isolated on'] },
    }),
    flow: { ...flow, from: 'q2', to: '10.1.2.2' },
    proof: [
      { kind: 'client', outcome: 'unreachable', errno: 'EHOSTUNREACH' },
      { kind: 'drop', reason: 'NEIGH_FAILED' },
      { kind: 'no-visit', at: 'p2', like: { hook: 'prerouting', protocol: 6 } },
    ],
    control: 'one isolated port is not cut off from the others',
  },
  {
    name: 'one isolated port is not cut off from the others',
    topology: arp({ q2: {}, n2: { bridge: ['link set dev vp2 isolated on'] } }),
    flow: { ...flow, from: 'q2', to: '10.1.2.2' },
    proof: [connected],
  },
];
