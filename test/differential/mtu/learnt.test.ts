import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Lab } from '../../../src/lab/lab.ts';
import { openLab } from '../../../src/lab/open-lab.ts';
import type { Topology } from '../../../src/lab/topology/topology.ts';
import { parseIpv4 } from '../../../src/packet/address.ts';
import { assembleSnapshot } from '../../../src/snapshot/assemble.ts';
import type { Outcome } from '../../../src/trace/trace.ts';
import { traceFlow } from '../../../src/trace/tracer.ts';
import { labMissing } from '../paths/namespaces.ts';

/**
 * What a node learned of a destination's MTU stays in its routes' exceptions, and the next connection begins
 * with it.
 */
const missing = labMissing(['ip', 'unshare', 'ss']);

const PLAN = { hooks: true, captures: true, drops: false, conntrack: false, counters: false };
const FLOW = { id: 'f', from: 'c', protocol: 'tcp', to: '10.2.0.2', port: 8080 } as const;

describe.skipIf(missing !== null)(`what was learned${missing ? ` (${missing})` : ''}`, () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await openLab();
  });
  afterAll(() => lab?.close());

  /** The model's first outcome, from what the collector sees of the laboratory now. */
  async function traced(): Promise<Outcome> {
    const files = new Map(Object.entries(await lab.collect({})));
    const to = parseIpv4(FLOW.to);
    const [outcome] = to
      ? traceFlow(assembleSnapshot(files).value.network, {
          from: { node: 'c', netns: null },
          arrivesOn: null,
          to,
          port: FLOW.port,
          protocol: 'tcp',
          boundSource: null,
          boundDevice: null,
          sport: null,
          mark: 0,
        }).outcomes
      : [];
    if (!outcome) throw new Error('no outcome');
    return outcome;
  }

  /** The segment size that the kernel's SYN offers when it leaves the client, and the devices that take it. */
  async function sent(): Promise<{
    readonly mss: number | null;
    readonly path: readonly string[];
  }> {
    const [report] = await lab.send({ flows: [FLOW], observe: PLAN });
    const syns = (report?.sightings ?? []).filter(
      ({ packet, direction }) =>
        packet?.tcp?.flags.syn && !packet.tcp.flags.ack && direction === 'in',
    );
    return {
      mss: syns[0]?.packet?.tcp?.mss ?? null,
      path: syns.map(({ namespace, device }) => `${namespace} ${device}`),
    };
  }

  function predicted({ packets }: Outcome): Awaited<ReturnType<typeof sent>> {
    const received = (packets[0]?.steps ?? []).filter(({ action }) => action.kind === 'receive');
    const transport = received[0]?.skb.packet.transport;
    return {
      mss: transport?.kind === 'tcp' ? (transport.mss ?? null) : null,
      path: received.map(({ where, iif }) => `${where.node} ${iif}`),
    };
  }

  test('an MTU on the way', async () => {
    await lab.build(topology(1400));
    const before = await traced();
    expect([predicted(before).mss, before.transfer?.bytes.original]).toEqual([1460, 1400]);
    expect((await sent()).mss).toBe(1460);
    await lab.send({ flows: [{ ...FLOW, payload: 4000 }], observe: PLAN });
    const after = predicted(await traced());
    expect(after.mss).toBe(1360);
    expect(await sent()).toEqual(after);
    await lab.clear({});
  });
});

function topology(mtu: number): Topology {
  return {
    namespaces: [
      {
        name: 'c',
        place: { kind: 'node', node: 'c' },
        ip: ['addr add 10.1.0.2/24 dev eth0', 'link set eth0 up', 'route add default via 10.1.0.1'],
      },
      {
        name: 'r',
        place: { kind: 'node', node: 'r' },
        ip: [
          'addr add 10.1.0.1/24 dev eth0',
          'addr add 10.2.0.1/24 dev eth1',
          'link set eth0 up',
          `link set eth1 up mtu ${mtu}`,
        ],
        sysctls: { 'net.ipv4.ip_forward': '1' },
      },
      {
        name: 't',
        place: { kind: 'node', node: 't' },
        ip: ['addr add 10.2.0.2/24 dev eth0', 'link set eth0 up', 'route add default via 10.2.0.1'],
        listeners: [{ protocol: 'tcp', port: 8080 }],
      },
    ],
    cables: [
      {
        ends: [
          { namespace: 'c', device: 'eth0' },
          { namespace: 'r', device: 'eth0' },
        ],
      },
      {
        ends: [
          { namespace: 'r', device: 'eth1' },
          { namespace: 't', device: 'eth0' },
        ],
      },
    ],
    segments: [],
  };
}
