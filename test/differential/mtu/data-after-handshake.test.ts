import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { JUDGING_PLAN, judge } from '../../../src/cli/lab/judge.ts';
import type { Lab } from '../../../src/lab/lab.ts';
import { openLab } from '../../../src/lab/open-lab.ts';
import type { LabNamespace, Topology } from '../../../src/lab/topology/topology.ts';
import type { Outcome } from '../../../src/trace/trace.ts';
import { labMissing } from '../paths/namespaces.ts';

/**
 * A client connects and then sends more than one link on the way takes at once. On the kernel it gets
 * an answer or waits for ever; in the model its data arrives, in the size that the path lets it learn, or stalls.
 */
const missing = labMissing(['ip', 'unshare', 'iptables-nft', 'ss']);

/** Milliseconds without any packet after which the kernel's first timer has surely run. */
const TIMER = 700;

const PLAN = { ...JUDGING_PLAN, captures: true };

type State = Omit<LabNamespace, 'name' | 'place'>;

interface Case {
  readonly what: string;
  readonly client?: State;
  readonly router?: State;
  /** The link behind the router, bytes. */
  readonly mtu?: number;
  /** Of the router's device, which then takes nothing longer either; else of its route. */
  readonly narrowDevice?: true;
  readonly to?: string;
  readonly answered: boolean;
  /** A segment that fails to be sent at all is tried again by a timer only. */
  readonly patient?: true;
  /** Bytes of the IP packets in which the model's data arrives, or is lost. */
  readonly bytes: number;
}

const NO_ERROR = { iptablesNft: '*filter\n-A OUTPUT -p icmp --icmp-type 3 -j DROP\nCOMMIT\n' };
const CLAMP =
  '*mangle\n-A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu\nCOMMIT\n';
const MASQUERADE = '*nat\n-A POSTROUTING -o eth1 -j MASQUERADE\nCOMMIT\n';

/** A way of its own that is narrow for what the client sends. */
const NARROW = [
  'link set eth1 up',
  'addr add 10.3.0.2/24 dev eth1',
  'route change 10.3.0.0/24 dev eth1 proto kernel scope link src 10.3.0.2 mtu 1350',
];

const CASES: readonly Case[] = [
  { what: 'arrives where all links are alike', mtu: 1500, answered: true, bytes: 1500 },
  { what: 'arrives in the size that the router tells', answered: true, bytes: 1400 },
  { what: 'stalls where the router tells nothing', router: NO_ERROR, answered: false, bytes: 1500 },
  {
    what: 'stalls where the client does not let the error in',
    client: { iptablesNft: '*filter\n-A INPUT -p icmp --icmp-type 3/4 -j DROP\nCOMMIT\n' },
    answered: false,
    bytes: 1500,
  },
  {
    what: 'arrives though another error is not let in',
    client: { iptablesNft: '*filter\n-A INPUT -p icmp --icmp-type 3/3 -j DROP\nCOMMIT\n' },
    answered: true,
    bytes: 1400,
  },
  {
    what: 'arrives where a rule clamps the size, and nobody tells it',
    router: { iptablesNft: `${CLAMP}${NO_ERROR.iptablesNft}` },
    narrowDevice: true,
    answered: true,
    bytes: 1400,
  },
  {
    what: 'arrives where a rule clamps to what the route says',
    router: { iptablesNft: `${CLAMP}${NO_ERROR.iptablesNft}` },
    answered: true,
    bytes: 1400,
  },
  {
    what: 'arrives where the error is about a translated packet',
    router: { iptablesNft: MASQUERADE },
    answered: true,
    bytes: 1400,
  },
  {
    what: 'arrives in pieces where the client may be split',
    client: { sysctls: { 'net.ipv4.ip_no_pmtu_disc': '1' } },
    router: NO_ERROR,
    answered: true,
    bytes: 1500,
  },
  {
    what: 'arrives where the route says its size',
    client: { ip: ['route add 10.2.0.0/24 via 10.1.0.1 mtu 1300'] },
    router: NO_ERROR,
    answered: true,
    bytes: 1300,
  },
  {
    what: 'arrives in the size that the client asks for, from the server',
    client: { ip: ['route add 10.2.0.0/24 via 10.1.0.1 advmss 1000'] },
    answered: true,
    bytes: 1400,
  },
  {
    what: 'arrives in the smallest size that a SYN offers',
    client: { ip: ['route add 10.2.0.0/24 via 10.1.0.1 mtu lock 280'] },
    answered: true,
    bytes: 280,
  },
  {
    what: 'arrives where the client itself sends it another way than it thought',
    client: {
      ip: NARROW,
      iptablesNft: '*nat\n-A OUTPUT -d 10.9.9.9/32 -j DNAT --to-destination 10.3.0.3\nCOMMIT\n',
    },
    to: '10.9.9.9',
    patient: true,
    answered: true,
    bytes: 1350,
  },
  {
    what: 'stalls where the client does not let its own error out',
    client: {
      ip: NARROW,
      iptablesNft: `*nat\n-A OUTPUT -d 10.9.9.9/32 -j DNAT --to-destination 10.3.0.3\nCOMMIT\n${NO_ERROR.iptablesNft}`,
    },
    to: '10.9.9.9',
    patient: true,
    answered: false,
    bytes: 1500,
  },
];

describe.skipIf(missing !== null)(
  `data after the handshake${missing ? ` (${missing})` : ''}`,
  () => {
    let lab: Lab;
    beforeAll(async () => {
      lab = await openLab();
    });
    afterAll(() => lab?.close());

    test.each(CASES)('$what', async (one) => {
      const flow = {
        id: 'data',
        from: 'c',
        protocol: 'tcp',
        to: one.to ?? '10.2.0.2',
        port: 8080,
      } as const;
      const { flows } = await judge(
        lab,
        topologyOf(one),
        [{ ...flow, payload: 4000 }],
        one.patient ? { ...PLAN, quiet: TIMER } : PLAN,
      );
      await lab.clear({});
      const [{ report, trace } = { report: null, trace: null }] = flows;
      expect(report?.client.outcome).toBe('connected');
      expect(report?.client.answer !== null).toBe(one.answered);
      const [outcome] = trace?.outcomes ?? [];
      const seen = (report?.sightings ?? []).flatMap(({ namespace, packet }) =>
        namespace === 'c' && packet?.tcp?.flags.syn ? (packet.tcp.mss ?? []) : [],
      );
      expect(offers(outcome)).toEqual(seen);
      expect(outcome?.client).toBe('connected');
      expect(outcome?.transfer).toMatchObject({
        kind: one.answered ? 'delivered' : 'stalled',
        bytes: { original: one.bytes },
      });
      expect(trace?.verdict).toBe(one.answered ? 'reachable' : 'unreachable');
      const lost = outcome?.packets.find(({ kind }) => kind === 'data')?.dropReason ?? null;
      expect(lost).toBe(one.answered ? null : 'PKT_TOO_BIG');
      // What no device had is not surely told apart from what others send.
      if (!one.answered && !one.patient) {
        expect(report?.drops.map(({ reason }) => reason)).toContain('PKT_TOO_BIG');
      }
    });
  },
);

/** The segment sizes that the SYN and the SYN-ACK offer when they pass the client's device. */
function offers(outcome: Outcome | undefined): readonly number[] {
  return (outcome?.packets ?? []).flatMap(({ steps }) => {
    const passing = steps.find(
      ({ where, action }) =>
        where.node === 'c' && (action.kind === 'transmit' || action.kind === 'receive'),
    );
    const transport = passing?.skb.packet.transport;
    return transport?.kind === 'tcp' ? (transport.mss ?? []) : [];
  });
}

function topologyOf({ client = {}, router = {}, mtu = 1400, narrowDevice }: Case): Topology {
  return {
    namespaces: [
      {
        ...client,
        name: 'c',
        place: { kind: 'node', node: 'c' },
        ip: [
          'addr add 10.1.0.2/24 dev eth0',
          'link set eth0 up',
          'route add default via 10.1.0.1',
          ...(client.ip ?? []),
        ],
      },
      {
        ...router,
        name: 'r',
        place: { kind: 'node', node: 'r' },
        ip: [
          'addr add 10.1.0.1/24 dev eth0',
          'addr add 10.2.0.1/24 dev eth1',
          'link set eth0 up',
          ...(narrowDevice
            ? [`link set eth1 up mtu ${mtu}`]
            : [
                'link set eth1 up',
                // A device of this size would take no more from the server either, and tell nobody.
                `route change 10.2.0.0/24 dev eth1 proto kernel scope link src 10.2.0.1 mtu ${mtu}`,
              ]),
        ],
        sysctls: { 'net.ipv4.ip_forward': '1' },
      },
      {
        name: 's',
        place: { kind: 'node', node: 's' },
        ip: [
          'addr add 10.2.0.2/24 dev eth0',
          'addr add 10.3.0.3/24 dev eth1',
          'link set eth0 up',
          'link set eth1 up',
          'route add default via 10.2.0.1',
        ],
        listeners: [{ protocol: 'tcp', port: 8080 }],
      },
    ],
    cables: [
      cable('c', 'eth0', 'r', 'eth0'),
      cable('r', 'eth1', 's', 'eth0'),
      cable('c', 'eth1', 's', 'eth1'),
    ],
    segments: [],
  };
}

function cable(a: string, deviceA: string, b: string, deviceB: string): Topology['cables'][number] {
  return {
    ends: [
      { namespace: a, device: deviceA },
      { namespace: b, device: deviceB },
    ],
  };
}
