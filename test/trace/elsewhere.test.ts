import { describe, expect, test } from 'vitest';
import { parseAddress } from '../../src/packet/address.ts';
import { assembleSnapshot } from '../../src/snapshot/assemble.ts';
import { traceFlow } from '../../src/trace/tracer.ts';
import { readRecorded } from './recorded.ts';

/** One node was recorded, without a pod network: its pods are known by name and stand nowhere. */
describe('a snapshot of one node of several', () => {
  const { network } = assembleSnapshot(readRecorded('iptables-1.30.3-clustercidr')).value;

  test.each([
    ['a Service whose pods are elsewhere hangs on the gateway', '10.96.10.1', 80, 'undetermined'],
    [
      'an address no object has is not expected behind the gateway',
      '10.96.10.1',
      81,
      'unreachable',
    ],
    [
      'a Service without endpoints is refused, wherever its pods would be',
      '10.96.10.9',
      80,
      'unreachable',
    ],
  ] as const)('%s', (_, to, port, verdict) => {
    const address = parseAddress(to);
    if (!address) throw new Error(to);
    const trace = traceFlow(network, {
      from: { node: 'n1', netns: null },
      arrivesOn: null,
      to: address,
      port,
      protocol: 'tcp',
      boundSource: null,
      boundDevice: null,
      sport: null,
      mark: 0,
    });
    expect(trace.verdict).toBe(verdict);
  });
});
