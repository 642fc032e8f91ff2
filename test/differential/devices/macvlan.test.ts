import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { judge } from '../../../src/cli/lab/judge.ts';
import type { Lab } from '../../../src/lab/lab.ts';
import { openLab } from '../../../src/lab/open-lab.ts';
import type { Topology } from '../../../src/lab/topology/topology.ts';
import { labMissing } from '../paths/namespaces.ts';

/**
 * Two pods with macvlans of a node's card, and a host on the same wire: who reaches whom, in each mode. A
 * macvlan and the card below it never reach each other; two macvlans do in mode bridge alone.
 */
const missing = labMissing(['ip', 'unshare', 'ss']);

const MODES = ['bridge', 'private', 'vepa'] as const;

const NODE = '10.39.0.17';
const HOST = '10.39.0.18';
const POD_A = '10.39.0.50';
const POD_B = '10.39.0.51';

/** Sender, destination, and whether it answers. What does not takes seconds. */
type Asked = readonly [from: string, to: string, reaches: boolean];

const FLOWS: Readonly<Record<(typeof MODES)[number], readonly Asked[]>> = {
  bridge: [
    ['host', NODE, true],
    ['host', POD_A, true],
    ['a', HOST, true],
    ['a', POD_B, true],
    ['node', POD_A, false],
    ['a', NODE, false],
  ],
  private: [
    ['host', POD_A, true],
    ['a', POD_B, false],
  ],
  vepa: [
    ['host', POD_A, true],
    ['a', POD_B, false],
  ],
};

describe.skipIf(missing !== null)(`macvlan on the kernel${missing ? ` (${missing})` : ''}`, () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await openLab();
  });
  afterAll(() => lab?.close());

  test.each(MODES)('mode %s', async (mode) => {
    const flows = FLOWS[mode].map(([from, to], i) => ({
      id: `${i}`,
      from,
      protocol: 'tcp' as const,
      to,
      port: 8080,
    }));
    const judged = await judge(lab, topologyOf(mode), flows);
    await lab.clear({});
    const found = judged.flows.map(({ flow, report, trace, agreement }) => ({
      flow: `${flow.from} to ${flow.to}`,
      kernel: report.client.outcome,
      model: trace.outcomes.map(({ client }) => client),
      agreement: agreement.kind,
    }));
    expect(found).toEqual(
      FLOWS[mode].map(([from, to, reaches]) => {
        const result = reaches ? 'connected' : 'unreachable';
        return { flow: `${from} to ${to}`, kernel: result, model: [result], agreement: 'agree' };
      }),
    );
  });
});

function topologyOf(mode: string): Topology {
  const pod = (name: string, address: string): Topology['namespaces'][number] => ({
    name,
    place: { kind: 'pod', node: 'node', netns: name },
    commands: [
      ['ip', 'addr', 'add', `${address}/24`, 'dev', 'eth0'],
      ['ip', 'link', 'set', 'eth0', 'up'],
    ],
    listeners: [{ protocol: 'tcp', port: 8080 }],
  });
  const add = (name: string, end: string): readonly (readonly string[])[] => [
    `ip link add mac-${name} link eth0 address 02:00:5e:00:39:${end} type macvlan mode ${mode}`.split(
      ' ',
    ),
    `ip link set mac-${name} netns ${name} name eth0`.split(' '),
  ];
  const host = (name: string, address: string): Topology['namespaces'][number] => ({
    name,
    place: { kind: 'node', node: name },
    ip: [`addr add ${address}/24 dev eth0`, 'link set eth0 up'],
    listeners: [{ protocol: 'tcp', port: 8080 }],
  });
  return {
    namespaces: [
      { ...host('node', NODE), commands: [...add('a', '50'), ...add('b', '51')] },
      host('host', HOST),
      pod('a', POD_A),
      pod('b', POD_B),
    ],
    cables: [],
    segments: [
      {
        name: 'lan',
        members: [
          { namespace: 'node', device: 'eth0' },
          { namespace: 'host', device: 'eth0' },
        ],
      },
    ],
  };
}
