import type { ChecklistCase, Proof } from '../checklist/checklist-case.ts';
import { type Change, site } from '../checklist/site.ts';

/** Rules for frames, at the hooks where the kernel runs them: the model against flows of the laboratory. */
const bridged = { from: 'q2', protocol: 'tcp', to: '10.1.2.2', port: 8080 } as const;
const toHost = { ...bridged, to: '10.1.2.1' } as const;
const fromHost = { ...bridged, from: 'n2' } as const;
const overlay = { ...bridged, from: 'p1' } as const;
const timeout: Proof = { kind: 'client', outcome: 'timeout' };
const connected: Proof = { kind: 'client', outcome: 'connected' };

const chain = (family: string, hook: string, rule: string, policy = 'accept'): Change => ({
  nft: `table ${family} f {\nchain c {\ntype filter hook ${hook}; policy ${policy};\n${rule}\n}\n}\n`,
});

const withCall = (change: Change): Change => ({
  ...change,
  sysctls: { 'net.bridge.bridge-nf-call-iptables': '1' },
});

/** nft 1.0.6 does not list the device of a chain as JSON. */
const DEVICE_NOT_LISTED = ['ruleset'] as const;

interface FrameCase {
  readonly name: string;
  readonly change: Change;
  readonly flow: ChecklistCase['flow'];
  readonly passes?: true;
  readonly open?: readonly string[];
  readonly proof?: readonly Proof[];
}

const CONTROLS: readonly FrameCase[] = [
  {
    name: 'a frame through a bridge',
    change: chain('bridge', 'forward priority 0', 'counter'),
    flow: bridged,
    passes: true,
  },
  {
    name: 'a frame to the bridge itself',
    change: chain('bridge', 'input priority 0', 'udp dport 8080 drop'),
    flow: toHost,
    passes: true,
  },
  {
    name: 'a frame of the bridge itself',
    change: chain('bridge', 'output priority 0', 'tcp dport 8081 drop'),
    flow: fromHost,
    passes: true,
  },
  { name: 'a packet through VXLAN', change: {}, flow: overlay, passes: true },
];

const CASES: readonly FrameCase[] = [
  {
    name: 'PREROUTING of a bridge sees the port a frame came in by',
    change: chain('bridge', 'prerouting priority dstnat', 'iifname "vq2" tcp dport 8080 drop'),
    flow: bridged,
  },
  {
    name: 'INPUT of a bridge sees what is for the host',
    change: chain(
      'bridge',
      'input priority filter',
      'iifname "vq2" ip daddr 10.1.2.1 tcp dport 8080 drop',
    ),
    flow: toHost,
  },
  {
    name: 'FORWARD of a bridge sees both ports',
    change: chain(
      'bridge',
      'forward priority filter',
      'iifname "vq2" oifname "vp2" tcp flags syn drop',
    ),
    flow: bridged,
  },
  {
    name: 'OUTPUT of a bridge sees what the host sends',
    change: chain('bridge', 'output priority out', 'oifname "vp2" ip saddr 10.1.2.1 drop'),
    flow: fromHost,
  },
  {
    name: 'POSTROUTING of a bridge sees what goes through, without the port it came in by',
    change: chain(
      'bridge',
      'postrouting priority 0',
      'iifname "vq2" drop\noifname "vp2" tcp dport 8080 drop',
    ),
    flow: bridged,
  },
  {
    name: 'a bridge whose policy drops, with ARP accepted',
    change: chain(
      'bridge',
      'forward priority 0',
      'ether type arp accept\nip daddr 10.1.2.9 accept',
      'drop',
    ),
    flow: bridged,
  },
  {
    name: 'rules of a bridge run before those that br_netfilter calls',
    change: withCall(chain('bridge', 'prerouting priority -1', 'tcp dport 8080 drop')),
    flow: bridged,
    proof: [{ kind: 'no-visit', at: 'n2', like: { hook: 'prerouting', destination: '10.1.2.2' } }],
  },
  {
    name: 'rules of a bridge after those that br_netfilter calls',
    change: withCall(chain('bridge', 'prerouting priority 1', 'tcp dport 8080 drop')),
    flow: bridged,
    proof: [{ kind: 'visit', at: 'n2', like: { hook: 'prerouting', destination: '10.1.2.2' } }],
  },
  {
    name: 'FORWARD of a bridge before that of br_netfilter',
    change: withCall(chain('bridge', 'forward priority 0', 'tcp dport 8080 drop')),
    flow: bridged,
    proof: [{ kind: 'no-visit', at: 'n2', like: { hook: 'forward' } }],
  },
  {
    name: 'FORWARD of a bridge after that of br_netfilter',
    change: withCall(chain('bridge', 'forward priority 1', 'tcp dport 8080 drop')),
    flow: bridged,
    proof: [{ kind: 'visit', at: 'n2', like: { hook: 'forward', edge: 'last' } }],
  },
  {
    name: 'ingress of a pod drops before PREROUTING',
    change: chain('netdev', 'ingress device "vx1" priority 0', 'tcp dport 8080 drop'),
    flow: overlay,
    open: DEVICE_NOT_LISTED,
    proof: [{ kind: 'no-visit', at: 'n2', like: { hook: 'prerouting', destination: '10.1.2.2' } }],
  },
  {
    name: 'egress drops after POSTROUTING',
    change: chain('netdev', 'egress device "cni0" priority 0', 'tcp dport 8080 drop'),
    flow: overlay,
    open: DEVICE_NOT_LISTED,
    proof: [{ kind: 'visit', at: 'n2', like: { hook: 'postrouting', destination: '10.1.2.2' } }],
  },
  {
    name: 'ingress of family inet drops what a device took in',
    change: chain('inet', 'ingress device "vq2" priority 0', 'tcp dport 8080 drop'),
    flow: bridged,
    open: DEVICE_NOT_LISTED,
  },
];

const CONTROL_OF = new Map([
  [bridged, 'a frame through a bridge'],
  [toHost, 'a frame to the bridge itself'],
  [fromHost, 'a frame of the bridge itself'],
  [overlay, 'a packet through VXLAN'],
] as readonly (readonly [ChecklistCase['flow'], string])[]);

/** The rules of all cases. */
export const FRAME_RULESETS: readonly string[] = CASES.map(({ change }) => change.nft ?? '');

export const FRAME_CASES: readonly ChecklistCase[] = [...CONTROLS, ...CASES].map(
  ({ name, change, flow, passes, open, proof = [] }) => ({
    name,
    topology: site({ q2: {}, p1: {}, n2: change }),
    flow,
    proof: [passes ? connected : timeout, ...proof],
    ...(passes ? {} : { control: CONTROL_OF.get(flow) ?? '' }),
    ...(open ? { open } : {}),
  }),
);
