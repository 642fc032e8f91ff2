import { describe, expect, test } from 'vitest';
import { formatAddress, parseAddress } from '../../src/packet/address.ts';
import type { Flow } from '../../src/packet/flow.ts';
import { assembleSnapshot } from '../../src/snapshot/assemble.ts';
import { traceFlow } from '../../src/trace/tracer.ts';
import { readRecorded } from './recorded.ts';

/**
 * Every curl line of every rebuilt founding incident: the model against what the real kernel
 * did, with real flannel and kube-proxy.
 */
const FOLDERS = [
  'seed-udp-clustercidr-rpf1',
  'seed-udp-ipmasq-rpf1',
  'seed-udp-nomasq-rpf0',
  'seed-udp-nomasq-rpf1',
  'seed-vxlan-nomasq-rpf1',
] as const;

interface CurlRow {
  readonly argv: string;
  readonly answer: string;
}

function curlRows(text: string): readonly CurlRow[] {
  const lines = text.split('\n');
  return lines.flatMap((line, index) =>
    line.startsWith('$ curl ') ? [{ argv: line.slice(2), answer: lines[index + 1] ?? '' }] : [],
  );
}

function flowOf(row: CurlRow): Flow {
  const url = /http:\/\/([\d.]+)(?::(\d+))?\//.exec(row.argv);
  const to = parseAddress(url?.[1] ?? '');
  if (!to) throw new Error(`no address in ${row.argv}`);
  return {
    from: { node: 'n1', netns: null },
    arrivesOn: null,
    to,
    port: Number(url?.[2] ?? 80),
    protocol: 'tcp',
    boundSource: null,
    boundDevice: /--interface (\S+)/.exec(row.argv)?.[1] ?? null,
    sport: null,
    mark: 0,
  };
}

describe.each(FOLDERS)('%s', (folder) => {
  const files = readRecorded(folder);
  const { network } = assembleSnapshot(files).value;
  const rows = curlRows(files.get('truth/curl.txt') ?? '');

  test('has recorded curl lines', () => {
    expect(rows.length).toBeGreaterThanOrEqual(4);
  });

  test.each(rows)('$argv', (row) => {
    const trace = traceFlow(network, flowOf(row));
    const seen = /saw ([\d.]+):\d+ at ([\d.]+)/.exec(row.answer);
    const outcomes = trace.outcomes.map(({ client, endpoint, sourceAtEndpoint }) => ({
      client,
      endpoint: client === 'connected' && endpoint ? formatAddress(endpoint.address) : null,
      source: client === 'connected' && sourceAtEndpoint ? formatAddress(sourceAtEndpoint) : null,
    }));
    expect(outcomes).toEqual([
      seen
        ? { client: 'connected', endpoint: seen[2], source: seen[1] }
        : { client: 'timeout', endpoint: null, source: null },
    ]);
  });
});
