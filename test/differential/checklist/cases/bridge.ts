import type { ChecklistCase, Proof } from '../checklist-case.ts';
import { type Change, site, VIP } from '../site.ts';

/** Point 14: bridged packets and the IP hooks. q2 and p2 are on one bridge of n2. */
const flow = { from: 'q2', protocol: 'tcp', to: '10.1.2.2', port: 8080 } as const;
const SERVICE = '10.1.2.9';
const toService = { ...flow, to: SERVICE, port: 80 } as const;
const connected: Proof = { kind: 'client', outcome: 'connected' };
const call = (value: 0 | 1): Readonly<Record<string, string>> => ({
  'net.bridge.bridge-nf-call-iptables': String(value),
});
const dnat = (to: string): string =>
  `*nat\n-A PREROUTING -d ${SERVICE} -p tcp --dport 80 -j DNAT --to-destination ${to}:8080\nCOMMIT\n`;
/** A neighbour entry for an address that only the rules of n2 know. */
const knowsService: Change = {
  ip: [`neigh add ${SERVICE} lladdr 02:00:00:00:99:99 dev eth0 nud permanent`],
};
const PHYSDEV =
  '*filter\n-A FORWARD -m physdev --physdev-in vq2 --physdev-out vp2 -p tcp --dport 8080 -j REJECT\nCOMMIT\n';

const RESETS =
  '*filter\n-A FORWARD -p tcp --dport 8080 -j REJECT --reject-with tcp-reset\nCOMMIT\n';
const TO_P1 = `*nat\n-A PREROUTING -d ${VIP} -p tcp --dport 80 -j DNAT --to-destination 10.1.1.2:8080\nCOMMIT\n`;
const throughVip = { ...flow, to: VIP, port: 80 } as const;

export const BRIDGE: readonly ChecklistCase[] = [
  {
    name: 'with call-iptables a bridged packet meets PREROUTING, FORWARD and POSTROUTING of IP',
    topology: site({ q2: {}, n2: { sysctls: call(1) } }),
    flow,
    proof: [
      connected,
      {
        kind: 'visit',
        at: 'n2',
        like: { hook: 'prerouting', iif: 'cni0', destination: '10.1.2.2' },
      },
      { kind: 'visit', at: 'n2', like: { hook: 'forward', iif: 'cni0', oif: 'cni0', ttl: 64 } },
      { kind: 'visit', at: 'n2', like: { hook: 'postrouting', iif: null, oif: 'cni0', ttl: 64 } },
      { kind: 'no-visit', at: 'n2', like: { hook: 'forward', ttl: 63 } },
    ],
  },
  {
    name: 'without call-iptables a bridged packet meets no hook of IP',
    topology: site({ q2: {}, n2: { sysctls: call(0) } }),
    flow,
    proof: [
      connected,
      { kind: 'no-visit', at: 'n2', like: { destination: '10.1.2.2' } },
      { kind: 'visit', at: 'p2', like: { hook: 'prerouting', ttl: 64 } },
    ],
  },
  {
    name: 'a bridged packet with DNAT to a host of the bridge stays on it',
    topology: site({ q2: knowsService, n2: { sysctls: call(1), iptablesNft: dnat('10.1.2.2') } }),
    flow: toService,
    proof: [
      connected,
      { kind: 'answer', from: 'p2', source: '10.1.2.3' },
      { kind: 'visit', at: 'n2', like: { hook: 'forward', iif: 'cni0', oif: 'cni0', ttl: 64 } },
      { kind: 'visit', at: 'p2', like: { hook: 'prerouting', ttl: 64, destination: '10.1.2.2' } },
    ],
  },
  {
    name: 'a bridged packet with DNAT to a host elsewhere goes up to the router',
    topology: site({
      q2: knowsService,
      n2: { sysctls: call(1), iptablesNft: dnat('10.1.1.2') },
      p1: {},
    }),
    flow: toService,
    proof: [
      connected,
      { kind: 'answer', from: 'p1', source: '10.1.2.3' },
      { kind: 'visit', at: 'n2', like: { hook: 'forward', iif: 'cni0', oif: 'vx1', ttl: 63 } },
    ],
  },
  {
    name: 'a packet that goes up after the bridge meets PREROUTING once',
    topology: site({
      q2: {},
      p1: {},
      n2: {
        sysctls: call(1),
        iptablesNft:
          '*mangle\n-A PREROUTING -d 10.1.1.2 -p tcp --syn -j MARK --set-mark 5\nCOMMIT\n',
      },
    }),
    flow: { ...flow, to: '10.1.1.2' },
    proof: [
      connected,
      { kind: 'answer', from: 'p1' },
      { kind: 'rule', at: 'n2', chain: 'PREROUTING', position: 1, packets: 1 },
    ],
  },
  {
    name: '-m physdev knows the ports of a bridged packet',
    topology: site({ q2: {}, n2: { sysctls: call(1), iptablesNft: PHYSDEV } }),
    flow,
    proof: [
      { kind: 'client', outcome: 'refused' },
      { kind: 'rule', at: 'n2', chain: 'FORWARD', position: 1, packets: 1 },
    ],
    control: 'without call-iptables -m physdev sees no packet',
  },
  {
    name: 'without call-iptables -m physdev sees no packet',
    topology: site({ q2: {}, n2: { sysctls: call(0), iptablesNft: PHYSDEV } }),
    flow,
    proof: [connected, { kind: 'rule', at: 'n2', chain: 'FORWARD', position: 1, packets: 0 }],
  },
  {
    name: 'with call-iptables a packet that goes up keeps the port it came in by',
    topology: site({
      q2: {},
      p1: {},
      n2: {
        sysctls: call(1),
        iptablesNft:
          '*filter\n-A FORWARD -m physdev --physdev-in vq2 -p tcp --dport 8080 -j REJECT\nCOMMIT\n',
      },
    }),
    flow: { ...flow, to: '10.1.1.2' },
    proof: [
      { kind: 'client', outcome: 'refused' },
      { kind: 'visit', at: 'n2', like: { hook: 'forward', iif: 'cni0', oif: 'vx1' } },
    ],
    control: 'without call-iptables a packet that goes up has no port',
  },
  {
    name: 'without call-iptables a packet that goes up has no port',
    topology: site({
      q2: {},
      p1: {},
      n2: {
        sysctls: call(0),
        iptablesNft:
          '*filter\n-A FORWARD -m physdev --physdev-in vq2 -p tcp --dport 8080 -j REJECT\nCOMMIT\n',
      },
    }),
    flow: { ...flow, to: '10.1.1.2' },
    proof: [
      connected,
      { kind: 'visit', at: 'n2', like: { hook: 'forward', iif: 'cni0', oif: 'vx1' } },
    ],
  },
  {
    name: 'a reset for a packet of a bridge port leaves by the port and meets no hook',
    topology: site({ q2: {}, p1: {}, n2: { sysctls: call(1), iptablesNft: RESETS } }),
    flow: { ...flow, to: '10.1.1.2' },
    proof: [
      { kind: 'client', outcome: 'refused' },
      { kind: 'no-visit', at: 'n2', like: { hook: 'output' } },
      { kind: 'visit', at: 'q2', like: { hook: 'input', source: '10.1.1.2', ttl: 64 } },
    ],
    control: 'without call-iptables a packet that goes up has no port',
  },
  {
    name: 'a reset by a bridge port is not translated back, and the client waits',
    topology: site({ q2: {}, p1: {}, n2: { sysctls: call(1), iptablesNft: `${TO_P1}${RESETS}` } }),
    flow: throughVip,
    proof: [
      { kind: 'client', outcome: 'timeout' },
      { kind: 'visit', at: 'q2', like: { hook: 'input', source: '10.1.1.2' } },
    ],
    control: 'without call-iptables a Service of another node answers',
  },
  {
    name: 'a reset of a routed packet is translated back, and the client is refused',
    topology: site({ q2: {}, p1: {}, n2: { sysctls: call(0), iptablesNft: `${TO_P1}${RESETS}` } }),
    flow: throughVip,
    proof: [
      { kind: 'client', outcome: 'refused' },
      { kind: 'visit', at: 'n2', like: { hook: 'output', source: '10.1.1.2' } },
      { kind: 'visit', at: 'q2', like: { hook: 'input', source: VIP } },
    ],
    control: 'without call-iptables a Service of another node answers',
  },
  {
    name: 'without call-iptables a Service of another node answers',
    topology: site({ q2: {}, p1: {}, n2: { sysctls: call(0), iptablesNft: TO_P1 } }),
    flow: throughVip,
    proof: [connected, { kind: 'answer', from: 'p1' }],
  },
  {
    name: 'an nft table of family bridge decides about frames',
    topology: site({
      q2: {},
      n2: {
        nft: 'table bridge b {\nchain f {\ntype filter hook forward priority 0\nip daddr 10.1.2.2 tcp dport 8080 drop\n}\n}\n',
      },
    }),
    flow,
    proof: [{ kind: 'client', outcome: 'timeout' }],
    control: 'without call-iptables a bridged packet meets no hook of IP',
  },
  {
    name: 'an nft table of family netdev decides before any hook',
    topology: site({
      p1: {},
      n2: {
        nft: 'table netdev x {\nchain i {\ntype filter hook ingress device eth0 priority 0\nudp dport 8472 drop\n}\n}\n',
      },
    }),
    flow: { ...flow, from: 'p1' },
    proof: [
      { kind: 'client', outcome: 'timeout' },
      { kind: 'no-visit', at: 'n2', like: { hook: 'prerouting' } },
    ],
    control: 'a pod reaches a pod through VXLAN',
    // `nft -j` of 1.0.6 does not say of which device the chain is.
    open: ['ruleset'],
  },
  {
    name: 'hairpin through a Service: the frame leaves by the port it came in by',
    topology: site({
      q2: {},
      n2: {
        sysctls: call(0),
        bridge: ['link set dev vp2 hairpin on'],
        iptablesNft:
          '*nat\n-A PREROUTING -d 10.96.0.1 -p tcp --dport 80 -j DNAT --to-destination 10.1.2.2:8080\n-A POSTROUTING -s 10.1.2.2 -d 10.1.2.2 -j MASQUERADE\nCOMMIT\n',
      },
    }),
    flow: { ...flow, from: 'p2', to: '10.96.0.1', port: 80 },
    proof: [connected, { kind: 'answer', from: 'p2', source: '10.1.2.1' }],
  },
  {
    name: 'a hairpin without masquerade is a packet from the receiver itself',
    topology: site({
      q2: {},
      n2: {
        sysctls: call(0),
        bridge: ['link set dev vp2 hairpin on'],
        iptablesNft:
          '*nat\n-A PREROUTING -d 10.96.0.1 -p tcp --dport 80 -j DNAT --to-destination 10.1.2.2:8080\nCOMMIT\n',
      },
    }),
    flow: { ...flow, from: 'p2', to: '10.96.0.1', port: 80 },
    proof: [
      { kind: 'client', outcome: 'timeout' },
      { kind: 'drop', reason: 'IP_LOCAL_SOURCE' },
    ],
    control: 'hairpin through a Service: the frame leaves by the port it came in by',
  },
];
