import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { JUDGING_PLAN, judge } from '../../../src/cli/lab/judge.ts';
import type { Lab } from '../../../src/lab/lab.ts';
import { openLab } from '../../../src/lab/open-lab.ts';
import type { Topology } from '../../../src/lab/topology/topology.ts';
import { labMissing } from '../paths/namespaces.ts';

/**
 * Two hosts on a bridge with one narrow port: a segment that is longer than the port takes is dropped and
 * nobody is told. docs/lab-notes/frames-longer-than-a-device-takes.md.
 */
const missing = labMissing(['ip', 'unshare', 'ss']);

const PORT_MTU = 1300;
/** IP, TCP and the timestamps of a segment with data, bytes. */
const HEADERS = 52;

interface Case {
  readonly what: string;
  readonly narrow: 'p0' | 'p1';
  readonly bridgeNf: '0' | '1';
  /** Bytes of the IP packet, in one segment, that arrive, and one more that do not. */
  readonly longest: number;
}

const CASES: readonly Case[] = [
  { what: 'leaves by a bridge port', narrow: 'p1', bridgeNf: '0', longest: PORT_MTU + 4 },
  { what: 'leaves by one with br_netfilter', narrow: 'p1', bridgeNf: '1', longest: PORT_MTU },
  { what: 'comes into a veth', narrow: 'p0', bridgeNf: '1', longest: PORT_MTU + 4 },
];

describe.skipIf(missing !== null)(
  `frames that are too long${missing ? ` (${missing})` : ''}`,
  () => {
    let lab: Lab;
    beforeAll(async () => {
      lab = await openLab();
    });
    afterAll(() => lab?.close());

    test.each(CASES)('a segment that $what', async ({ narrow, bridgeNf, longest }) => {
      const flow = { from: 'a', protocol: 'tcp', to: '10.1.0.2', port: 8080 } as const;
      const { flows } = await judge(
        lab,
        topologyOf(narrow, bridgeNf),
        [longest, longest + 1, 4 * PORT_MTU].map((length, i) => ({
          ...flow,
          id: `${i}`,
          payload: length - HEADERS,
        })),
        { ...JUDGING_PLAN, captures: true },
      );
      await lab.clear({});
      // On the kernel: what fits arrives, what does not is lost, and many at once arrive.
      const answers = flows.map(({ report }) => report.client.answer !== null);
      expect(answers).toEqual([true, false, true]);
      // In the model one segment of full size is lost, unless many leave as one.
      for (const { report, trace } of flows) {
        expect(report.client.outcome).toBe('connected');
        const [outcome] = trace.outcomes;
        const lost = outcome?.packets.find(({ kind }) => kind === 'data');
        expect([outcome?.transfer, lost?.at?.node]).toEqual([
          { kind: 'stalled', direction: 'original', bytes: { original: 1500, reply: 0 } },
          'sw',
        ]);
        const offload = trace.questions.find(({ topic }) => topic === 'mtu');
        expect(offload?.options.map(({ value }) => value)).toEqual(['one by one', 'many as one']);
      }
    });

    test('of full size arrives where all devices are alike', async () => {
      const flow = { id: '0', from: 'a', protocol: 'tcp', to: '10.1.0.2', port: 8080 } as const;
      const { flows } = await judge(lab, topologyOf(null, '1'), [{ ...flow, payload: 1400 }]);
      await lab.clear({});
      const [judged] = flows;
      expect(judged?.report.client.answer).not.toBeNull();
      expect(judged?.trace.outcomes[0]?.transfer?.kind).toBe('delivered');
    });
  },
);

function topologyOf(narrow: string | null, bridgeNf: string): Topology {
  const host = (name: string, address: string): Topology['namespaces'][number] => ({
    name,
    // Pods of the bridge's node: the kernel itself carries their frames.
    place: { kind: 'pod', node: 'sw', netns: name },
    ip: [`addr add ${address}/24 dev eth0`, 'link set eth0 up'],
    listeners: [{ protocol: 'tcp', port: 8080 }],
  });
  const cable = (name: string, port: string): Topology['cables'][number] => ({
    ends: [
      { namespace: name, device: 'eth0' },
      { namespace: 'sw', device: port },
    ],
  });
  return {
    namespaces: [
      host('a', '10.1.0.1'),
      host('b', '10.1.0.2'),
      {
        name: 'sw',
        place: { kind: 'node', node: 'sw' },
        ip: [
          'link add br0 type bridge',
          'link set p0 master br0 up',
          'link set p1 master br0 up',
          ...(narrow ? [`link set ${narrow} mtu ${PORT_MTU}`] : []),
          'link set br0 up',
        ],
        sysctls: { 'net.bridge.bridge-nf-call-iptables': bridgeNf },
      },
    ],
    cables: [cable('a', 'p0'), cable('b', 'p1')],
    segments: [],
  };
}
