import { describe, expect, it } from 'vitest';
import type { Diagnosis } from '../../src/diagnosis/diagnosis.ts';
import { minimalDiagnosis } from '../../src/report/diagnosis/minimal.ts';
import { expectGolden, goldenNames } from '../support/golden.ts';
import { type Asked, diagnoseFounding, diagnoseRecorded } from './run-diagnosis.ts';

const SERVICE: Asked = { from: 'n1', to: '10.96.10.2', port: 80 };
const FLOWS = ['flows-iptables-1.36.3-vxlan', 'flows-nftables-1.36.3-vxlan'] as const;
const SEEDS = [
  ['seed-udp-nomasq-rpf1', 'flannel0'],
  ['seed-udp-nomasq-rpf0', 'flannel0'],
  ['seed-udp-clustercidr-rpf1', 'flannel0'],
  ['seed-udp-ipmasq-rpf1', 'flannel0'],
  ['seed-vxlan-nomasq-rpf1', 'flannel.1'],
] as const;

const FLOW_CASES: readonly (readonly [name: string, asked: Asked])[] = [
  ['a Service with one remote endpoint', SERVICE],
  ['a Service with two endpoints', { from: 'n1', to: '10.96.10.14', port: 80 }],
  ['a Service without endpoints', { from: 'n1', to: '10.96.10.9', port: 80 }],
  ['a Service without local endpoints', { from: 'n1', to: '10.96.10.17', port: 80 }],
  ['a port that the Service does not have', { from: 'n1', to: '10.96.10.1', port: 81 }],
  ['a port that nobody listens on', { from: 'n1', to: '10.244.2.12', port: 9 }],
  [
    'a node port without local endpoints',
    { from: 'n1', to: '192.168.10.11', port: 30087, arriving: ['eth0', '192.168.10.10'] },
  ],
];

const CASES: readonly (readonly [name: string, diagnosis: () => Diagnosis])[] = [
  ['founding', () => diagnoseFounding()],
  ...SEEDS.flatMap(([folder, overlay]) => [
    [`${folder} from facts alone`, () => diagnoseRecorded(folder, SERVICE)] as const,
    [
      `${folder} with captures`,
      () => diagnoseRecorded(folder, SERVICE, { captures: true }),
    ] as const,
    [
      `${folder} bound to the overlay, with captures`,
      () => diagnoseRecorded(folder, { ...SERVICE, iface: overlay }, { captures: true }),
    ] as const,
    [
      `${folder} bound to eth0, with captures`,
      () => diagnoseRecorded(folder, { ...SERVICE, iface: 'eth0' }, { captures: true }),
    ] as const,
  ]),
  ...FLOWS.flatMap((folder) =>
    FLOW_CASES.map(
      ([name, asked]) => [`${folder}, ${name}`, () => diagnoseRecorded(folder, asked)] as const,
    ),
  ),
];

const fileName = (name: string): string => name.replace(/[ ,]+/g, '-');

describe('the diagnosis in its minimal form', () => {
  it.each(CASES)('%s', (name, diagnosis) => {
    expectGolden('diagnosis', fileName(name), minimalDiagnosis(diagnosis()));
  });

  it('has no golden file without a case', () => {
    expect(goldenNames('diagnosis')).toEqual(CASES.map(([name]) => fileName(name)).sort());
  });
});
