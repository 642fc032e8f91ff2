import type { Step, StepAction } from '../../src/kernel/step.ts';
import { ipv4, parseIpv4 } from '../../src/packet/address.ts';
import { headerDiff } from '../../src/packet/header-diff.ts';
import type { Packet } from '../../src/packet/packet.ts';
import type { NetnsRef } from '../../src/packet/place.ts';
import { PROTOCOL } from '../../src/packet/protocol.ts';
import type { Outcome, PacketTrace, Trace } from '../../src/trace/trace.ts';

/** A small trace made by hand, so that renderings are tested without the model. */

const N1: NetnsRef = { node: 'n1', netns: null };
const N2: NetnsRef = { node: 'n2', netns: null };
const DPT_RULE = '-A KUBE-SEP-A -p tcp -m tcp -j DNAT --to-destination 10.244.2.4:8082';

function address(text: string) {
  return parseIpv4(text) ?? ipv4(0);
}

function syn(destination: string, dport: number): Packet {
  return {
    source: address('192.168.10.11'),
    destination: address(destination),
    protocol: PROTOCOL.tcp,
    ttl: 64,
    tos: 0,
    length: 60,
    dontFragment: true,
    transport: { kind: 'tcp', sport: 40000, dport, flags: { syn: true } },
  };
}

const toService = syn('10.96.10.2', 80);
const toEndpoint = syn('10.244.2.4', 8082);

function step(
  where: NetnsRef,
  devices: readonly [iif: string, oif: string],
  packets: readonly [before: Packet, after: Packet],
  action: StepAction,
): Step {
  const [before, packet] = packets;
  return {
    where,
    iif: devices[0],
    oif: devices[1],
    skb: {
      packet,
      mark: 0,
      ct: { kind: 'none' },
      sourceMac: null,
      destinationMac: null,
      physin: null,
      physout: null,
    },
    diff: headerDiff({ packet: before, mark: 0 }, { packet, mark: 0 }),
    source: null,
    action,
  };
}

const same = [toService, toService] as const;
const after = [toEndpoint, toEndpoint] as const;

const lostSyn: PacketTrace = {
  direction: 'original',
  kind: 'syn',
  disposition: 'dropped',
  dropReason: 'IP_RPFILTER',
  at: N2,
  visits: [],
  steps: [
    step(N1, ['', 'eth0'], same, {
      kind: 'route',
      purpose: 'output',
      result: 'unicast',
      table: 'main',
      gateway: address('192.168.10.1'),
      device: 'eth0',
      text: 'default via 192.168.10.1 dev eth0',
    }),
    step(N1, ['', 'eth0'], same, {
      kind: 'source-address',
      chosen: address('192.168.10.11'),
      because: 'first-address',
    }),
    step(N1, ['', 'eth0'], same, { kind: 'conntrack', hook: 'output', state: 'NEW' }),
    {
      ...step(N1, ['', 'eth0'], same, {
        kind: 'table',
        hook: 'output',
        priority: -100,
        backend: 'nft',
        table: 'nat',
        chain: 'OUTPUT',
        hits: [
          {
            chain: 'OUTPUT',
            rule: '-A OUTPUT -j KUBE-SERVICES',
            source: { file: 'nodes/n1/iptables-nft-save.txt', line: 7 },
            verdict: 'jump KUBE-SERVICES',
            diff: [],
          },
          {
            chain: 'KUBE-SEP-A',
            rule: DPT_RULE,
            source: { file: 'nodes/n1/iptables-nft-save.txt', line: 12 },
            verdict: 'dnat',
            diff: [],
          },
        ],
        byPolicy: false,
        verdict: 'nat',
      }),
      source: { file: 'nodes/n1/iptables-nft-save.txt', line: 12 },
    },
    step(N1, ['', 'eth0'], [toService, toEndpoint], {
      kind: 'nat',
      hook: 'output',
      manip: 'dst',
      how: 'new',
    }),
    step(N1, ['', 'flannel0'], after, {
      kind: 'route',
      purpose: 'reroute',
      result: 'unicast',
      table: 'main',
      gateway: null,
      device: 'flannel0',
      text: '10.244.0.0/16 dev flannel0',
    }),
    step(N1, ['', 'flannel0'], after, { kind: 'transmit', device: 'flannel0' }),
    step(N2, ['flannel0', ''], after, { kind: 'receive', device: 'flannel0' }),
    step(N2, ['flannel0', ''], after, {
      kind: 'rp-filter',
      mode: 1,
      passed: false,
      reverseDevice: 'eth0',
    }),
    step(N2, ['flannel0', ''], after, {
      kind: 'drop',
      reason: 'IP_RPFILTER',
      at: 'ip_route_input_slow()',
    }),
  ],
};

const timeout: Outcome = {
  probability: 1,
  assumptions: [
    {
      questionId: 'underlay:u0',
      topic: 'underlay',
      where: null,
      subject: 'u0 passes 192.168.10.11 to 192.168.10.12',
      value: 'pass',
      isDefault: true,
      kind: 'unknown',
    },
  ],
  client: 'timeout',
  errno: 'ETIMEDOUT',
  transfer: null,
  endpoint: null,
  sourceAtEndpoint: null,
  packets: [lostSyn],
};

/** The founding incident's kind: the SYN is dropped by strict rp_filter on the other node. */
export const LOST_SYN_TRACE: Trace = {
  flow: {
    from: N1,
    arrivesOn: null,
    to: address('10.96.10.2'),
    port: 80,
    protocol: 'tcp',
    boundSource: null,
    boundDevice: null,
    sport: null,
    mark: 0,
  },
  verdict: 'unreachable',
  outcomes: [timeout],
  questions: [],
  unsupported: [],
  truncated: false,
};

/** The same flow when the endpoint node does not filter. */
export const CONNECTED_TRACE: Trace = {
  ...LOST_SYN_TRACE,
  verdict: 'reachable',
  outcomes: [
    {
      ...timeout,
      assumptions: [],
      client: 'connected',
      errno: null,
      endpoint: { where: { node: 'n2', netns: 'pod' }, address: address('10.244.2.4'), port: 8082 },
      sourceAtEndpoint: address('192.168.10.11'),
      packets: [
        {
          ...lostSyn,
          disposition: 'delivered',
          dropReason: null,
          steps: [
            ...lostSyn.steps.slice(0, -2),
            step(N2, ['flannel0', ''], after, { kind: 'deliver', socket: 'listening' }),
          ],
        },
        {
          direction: 'reply',
          kind: 'syn-ack',
          disposition: 'delivered',
          dropReason: null,
          at: N1,
          visits: [],
          steps: [
            step(N2, ['', 'eth0'], after, { kind: 'transmit', device: 'eth0' }),
            step(N1, ['eth0', ''], after, { kind: 'receive', device: 'eth0' }),
            step(N1, ['eth0', ''], after, { kind: 'deliver', socket: 'client' }),
          ],
        },
      ],
    },
  ],
};
