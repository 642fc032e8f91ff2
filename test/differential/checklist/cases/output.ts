import type { ChecklistCase, Proof } from '../checklist-case.ts';
import { type Change, site, VIP } from '../site.ts';

/** Points 4 to 6: what a local sender does, reroutes, source addresses. */
const REMOTE = '10.1.2.2';
const FAR = '192.0.2.9';
const toFar = { from: 'n1', protocol: 'tcp', to: FAR, port: 8080 } as const;
const toService = { from: 'n1', protocol: 'tcp', to: VIP, port: 80 } as const;

const connected: Proof = { kind: 'client', outcome: 'connected' };
const filtered: Proof = { kind: 'drop', reason: 'NETFILTER_DROP' };
const DNAT = `*nat\n-A OUTPUT -d ${VIP} -p tcp --dport 80 -j DNAT --to-destination ${REMOTE}:8080\nCOMMIT\n`;
const NO_VISIT: Proof = { kind: 'no-visit', at: 'n1', like: { hook: 'output' } };

/** The far address stands on the underlay, with the way back. */
const farOnN2: Change = { ip: [`addr add ${FAR}/32 dev eth0`] };

/** What a connecting client gets of each answer that a REJECT on the way may send. */
const REFUSALS = [
  ['icmp-net-unreachable', 'unreachable', 'ENETUNREACH'],
  ['icmp-host-unreachable', 'unreachable', 'EHOSTUNREACH'],
  ['icmp-proto-unreachable', 'unreachable', 'ENOPROTOOPT'],
  ['icmp-port-unreachable', 'refused', 'ECONNREFUSED'],
  ['icmp-net-prohibited', 'unreachable', 'ENETUNREACH'],
  ['icmp-host-prohibited', 'unreachable', 'EHOSTUNREACH'],
  ['icmp-admin-prohibited', 'unreachable', 'EHOSTUNREACH'],
  ['tcp-reset', 'refused', 'ECONNREFUSED'],
] as const;

const refusals = REFUSALS.map(
  ([answer, outcome, errno]): ChecklistCase => ({
    name: `a client that is rejected with ${answer} gets ${errno}`,
    topology: site({
      n2: {
        iptablesNft: `*filter\n-A INPUT -p tcp --dport 8080 -j REJECT --reject-with ${answer}\nCOMMIT\n`,
      },
    }),
    flow: { from: 'n1', protocol: 'tcp', to: '192.168.7.2', port: 8080 },
    proof: [{ kind: 'client', outcome, errno }, filtered],
    control: 'with a route the same DNAT connects',
  }),
);

export const OUTPUT: readonly ChecklistCase[] = [
  ...refusals,
  {
    name: 'without a route connect() fails before any hook, also where DNAT knows a way',
    topology: site({ n1: { ip: ['route del default'], iptablesNft: DNAT } }),
    flow: toService,
    proof: [{ kind: 'client', outcome: 'unreachable', errno: 'ENETUNREACH' }, NO_VISIT],
    control: 'with a route the same DNAT connects',
  },
  {
    name: 'with a route the same DNAT connects',
    topology: site({ n1: { iptablesNft: DNAT } }),
    flow: toService,
    proof: [connected, { kind: 'answer', from: 'p2', source: '192.168.7.1' }],
  },
  {
    name: 'a zone that was chosen first keeps a packet tracked through --notrack',
    topology: site({
      n1: {
        iptablesNft: `*raw\n-A OUTPUT -j CT --zone 2\n-A OUTPUT -j CT --notrack\nCOMMIT\n${DNAT}`,
      },
    }),
    flow: toService,
    proof: [{ kind: 'visit', at: 'n1', like: { hook: 'postrouting', destination: REMOTE } }],
    control: 'with a route the same DNAT connects',
  },
  {
    name: 'without a zone --notrack leaves a packet untranslated',
    topology: site({
      n1: { iptablesNft: `*raw\n-A OUTPUT -j CT --notrack\nCOMMIT\n${DNAT}` },
    }),
    flow: toService,
    proof: [{ kind: 'visit', at: 'n1', like: { hook: 'postrouting', destination: VIP } }],
    control: 'with a route the same DNAT connects',
  },
  {
    name: 'a socket bound to a device takes a destination without a route for on-link',
    topology: site({ n1: { ip: ['route del default'] }, n2: farOnN2 }),
    flow: { ...toFar, device: 'eth0' },
    proof: [connected, { kind: 'answer', from: 'n2', source: '192.168.7.1' }],
  },
  {
    name: 'a destination taken for on-link that nobody has is a neighbour that fails',
    topology: site({ n1: { ip: ['route del default'] } }),
    flow: { ...toFar, device: 'eth0' },
    proof: [
      { kind: 'client', outcome: 'unreachable', errno: 'EHOSTUNREACH' },
      { kind: 'visit', at: 'n1', like: { hook: 'postrouting', oif: 'eth0', destination: FAR } },
      { kind: 'drop', reason: 'NEIGH_FAILED' },
    ],
    control: 'a socket bound to a device takes a destination without a route for on-link',
  },
  {
    name: 'OUTPUT chains after nat still see the first device, POSTROUTING the new one',
    topology: site({
      n1: {
        iptablesNft: [
          DNAT.trimEnd(),
          '*filter',
          '-A OUTPUT -o vx1 -p tcp --dport 8080 -j DROP',
          '-A OUTPUT -o eth0 -p tcp --dport 8080 -j ACCEPT',
          'COMMIT',
          '*mangle',
          '-A POSTROUTING -o vx1 -p tcp --dport 8080 -j ACCEPT',
          'COMMIT',
          '',
        ].join('\n'),
      },
    }),
    flow: toService,
    proof: [
      connected,
      { kind: 'rule', at: 'n1', chain: 'OUTPUT', position: 2, packets: 'some' },
      {
        kind: 'visit',
        at: 'n1',
        like: { hook: 'output', edge: 'last', oif: 'eth0', destination: REMOTE },
      },
      { kind: 'visit', at: 'n1', like: { hook: 'postrouting', oif: 'vx1', destination: REMOTE } },
    ],
  },
  {
    name: 'a rule for the device that is left in OUTPUT drops what leaves by another',
    topology: site({
      n1: {
        iptablesNft: `${DNAT}*filter\n-A OUTPUT -o eth0 -p tcp --dport 8080 -j DROP\nCOMMIT\n`,
      },
    }),
    flow: toService,
    proof: [
      { kind: 'client', outcome: 'timeout' },
      { kind: 'drop', reason: 'NETFILTER_DROP' },
    ],
    control: 'with a route the same DNAT connects',
  },
  {
    name: 'the source that connect() chose is kept when DNAT sends it another way',
    topology: site({ n1: { iptablesNft: DNAT } }),
    flow: toService,
    proof: [
      connected,
      { kind: 'visit', at: 'n1', like: { hook: 'postrouting', oif: 'vx1', source: '192.168.7.1' } },
      { kind: 'mss', at: 'n1', device: 'vx1', mss: 1460 },
    ],
  },
  {
    name: 'a client bound to the overlay has its address and its segment size',
    topology: site({ n1: { iptablesNft: DNAT } }),
    flow: { ...toService, device: 'vx1' },
    proof: [
      connected,
      { kind: 'visit', at: 'n1', like: { hook: 'postrouting', oif: 'vx1', source: '10.1.1.0' } },
      { kind: 'mss', at: 'n1', device: 'vx1', mss: 1410 },
    ],
  },
  {
    name: 'MASQUERADE does not look at the src of the route',
    topology: site({
      n1: {
        ip: [
          'addr add 172.20.0.1/32 dev lo',
          'route replace default via 192.168.7.2 src 172.20.0.1',
        ],
        iptablesNft: '*nat\n-A POSTROUTING -o eth0 -p tcp -j MASQUERADE\nCOMMIT\n',
      },
      n2: { ip: [`addr add ${FAR}/32 dev lo`] },
    }),
    flow: toFar,
    proof: [
      connected,
      { kind: 'answer', from: 'n2', source: '192.168.7.1' },
      {
        kind: 'visit',
        at: 'n1',
        like: { hook: 'postrouting', edge: 'first', source: '172.20.0.1' },
      },
    ],
  },
  {
    name: 'MASQUERADE takes the address in the subnet of the next hop',
    topology: site({
      p1: {},
      n1: {
        ip: ['addr add 172.20.0.1/24 dev eth0', `route add ${FAR} via 172.20.0.2`],
        iptablesNft: '*nat\n-A POSTROUTING -o eth0 -j MASQUERADE\nCOMMIT\n',
      },
      n2: { ip: ['addr add 172.20.0.2/24 dev eth0', `addr add ${FAR}/32 dev lo`] },
    }),
    flow: { ...toFar, from: 'p1' },
    proof: [connected, { kind: 'answer', from: 'n2', source: '172.20.0.1' }],
  },
  {
    name: 'the src of a route is the source',
    topology: site({
      n1: { ip: [`route add ${FAR} via 192.168.7.2 src 10.1.1.1`] },
      n2: { ip: [`addr add ${FAR}/32 dev lo`] },
    }),
    flow: toFar,
    proof: [connected, { kind: 'answer', from: 'n2', source: '10.1.1.1' }],
  },
  {
    name: 'without src the source is the address in the subnet of the gateway',
    topology: site({
      n1: { ip: ['addr add 172.20.0.1/24 dev eth0', `route add ${FAR} via 172.20.0.2`] },
      n2: { ip: ['addr add 172.20.0.2/24 dev eth0', `addr add ${FAR}/32 dev lo`] },
    }),
    flow: toFar,
    proof: [connected, { kind: 'answer', from: 'n2', source: '172.20.0.1' }],
  },
  {
    name: 'a secondary address is never the source',
    topology: site({
      n1: { ip: ['addr add 192.168.7.9/24 dev eth0'] },
      n2: { ip: ['addr add 192.168.7.3/24 dev eth0'] },
    }),
    flow: { ...toFar, to: '192.168.7.3' },
    proof: [connected, { kind: 'answer', from: 'n2', source: '192.168.7.1' }],
  },
  {
    name: 'a device without an address sends with that of another one',
    topology: site({
      n1: {
        ip: [
          'addr del 10.1.1.0/32 dev vx1',
          'route add 10.1.2.0/24 via 10.1.2.0 dev vx1 onlink',
          'neigh replace 10.1.2.0 lladdr 02:00:00:00:08:02 dev vx1 nud permanent',
        ],
      },
    }),
    flow: { ...toFar, to: REMOTE },
    proof: [connected, { kind: 'answer', from: 'p2' }],
    open: ['interface-address'],
  },
  {
    name: 'a datagram that OUTPUT drops is not permitted',
    topology: site({ n1: { iptablesNft: `*filter\n-A OUTPUT -d ${REMOTE} -j DROP\nCOMMIT\n` } }),
    flow: { from: 'n1', protocol: 'udp', to: REMOTE, port: 8080, payload: 5 },
    proof: [{ kind: 'client', outcome: 'not-permitted', errno: 'EPERM' }, filtered],
    control: 'a node sends a datagram to a pod',
  },
  {
    name: 'a node sends a datagram to a pod',
    topology: site(),
    flow: { from: 'n1', protocol: 'udp', to: REMOTE, port: 8080, payload: 5 },
    proof: [connected, { kind: 'answer', from: 'p2' }],
  },
  {
    name: 'SNAT in POSTROUTING does not route again',
    topology: site({
      n1: {
        ip: ['rule add from 10.1.1.1 lookup 77', 'route add unreachable default table 77'],
        iptablesNft: '*nat\n-A POSTROUTING -o eth0 -p tcp -j SNAT --to-source 10.1.1.1\nCOMMIT\n',
      },
    }),
    flow: { ...toFar, to: '192.168.7.2' },
    proof: [connected, { kind: 'answer', from: 'n2', source: '10.1.1.1' }],
  },
];
