import { expect, test } from 'vitest';
import { parseAddress } from '../../src/packet/address.ts';
import { assembleSnapshot } from '../../src/snapshot/assemble.ts';
import { traceFlow } from '../../src/trace/tracer.ts';
import { readRecorded } from './recorded.ts';

/** The same Service in two recordings: its pod was captured in one of them only. */
test.each([
  [
    'a pod on the way that nobody captured is listed as assumed',
    'flows-iptables-1.36.3-vxlan',
    ['assumed:n2/prod/one-remote-0'],
  ],
  ['a captured pod is no assumption', 'seed-udp-clustercidr-rpf1', []],
] as const)('%s', (_, folder, expected) => {
  const { network } = assembleSnapshot(readRecorded(folder)).value;
  const to = parseAddress('10.96.10.2');
  if (!to) throw new Error('no address');
  const { outcomes } = traceFlow(network, {
    from: { node: 'n1', netns: null },
    arrivesOn: null,
    to,
    port: 80,
    protocol: 'tcp',
    boundSource: null,
    boundDevice: null,
    sport: null,
    mark: 0,
  });
  const assumed = outcomes.flatMap(({ assumptions }) =>
    assumptions.map(({ questionId }) => questionId).filter((id) => id.startsWith('assumed:')),
  );
  expect(assumed).toEqual(expected);
});
