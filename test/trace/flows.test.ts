import { describe, expect, test } from 'vitest';
import { formatAddress, parseAddress } from '../../src/packet/address.ts';
import type { Flow } from '../../src/packet/flow.ts';
import { netnsKey } from '../../src/packet/place.ts';
import { assembleSnapshot } from '../../src/snapshot/assemble.ts';
import { assumeClient } from '../../src/snapshot/assumed-client.ts';
import type { Outcome, PacketTrace } from '../../src/trace/trace.ts';
import { traceFlow } from '../../src/trace/tracer.ts';
import { type FlowRow, readFlowRows, readRecorded } from './recorded.ts';

/**
 * Every TCP row of the recorded flow tables: the model against what a real kernel did with real
 * kube-proxy rules. Compared are the client's result and, where it connected, the set of
 * endpoints with the source each one saw.
 */
const FOLDERS = ['flows-iptables-1.36.3-vxlan', 'flows-nftables-1.36.3-vxlan'] as const;

/** Rows that say nothing about the model, with the reason, which is about the recording. */
const EXCLUDED: readonly { readonly rows: RegExp; readonly because: string }[] = [
  {
    rows: /^kp-cp poddirect 10\.244\.2\.12:8080$/,
    because:
      'the outside host had no route for pod addresses by n1: its packets went to its own gateway and never arrived on n1, where this row is to start',
  },
];

function must<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new Error(what);
  return value;
}

function flowOf(row: FlowRow): Flow {
  const to = must(parseAddress(row.address), row.address);
  const base = {
    to,
    port: row.port,
    protocol: 'tcp',
    boundDevice: null,
    sport: null,
    mark: 0,
  } as const;
  const outside = (node: string, device: string, source: string): Flow => ({
    ...base,
    from: { node, netns: null },
    arrivesOn: device,
    boundSource: must(parseAddress(source), source),
  });
  switch (row.client) {
    case 'kp-n1':
      return { ...base, from: { node: 'n1', netns: null }, arrivesOn: null, boundSource: null };
    case 'kp-p1-99':
      return outside('n1', 'cni0', '10.244.1.99');
    case 'kp-p2-99':
      return outside('n2', 'cni0', '10.244.2.99');
    case 'kp-cp':
      return outside(row.kind === 'nodePort-n2' ? 'n2' : 'n1', 'eth0', '192.168.10.10');
    default:
      throw new Error(`unknown client ${row.client}`);
  }
}

/** `192.168.10.11 saw 10.244.1.1`, `timeout`, ...: what the kernel did in up to four tries. */
function recordedResults(row: FlowRow): readonly string[] {
  return row.result.split('; ').map((result) => {
    // `server@address`; a node's own server is `@node`.
    if (result.includes(' saw ')) return result.replace(/^[^@]*@/, '');
    if (result === 'EMPTY') return 'connected';
    if (result.includes('refused')) return 'refused';
    if (result.includes('timed out')) return 'timeout';
    throw new Error(`unknown result ${result}`);
  });
}

/** Results of the model in the words of the recording, with their probability. */
function modelledResults(
  outcomes: readonly Outcome[],
  banners: boolean,
): ReadonlyMap<string, number> {
  const results = new Map<string, number>();
  for (const { client, endpoint, sourceAtEndpoint, probability } of outcomes) {
    let result: string = client;
    if (client === 'connected' && banners && endpoint && sourceAtEndpoint) {
      const hostNetwork = endpoint.where.netns === null;
      const server = hostNetwork ? endpoint.where.node : formatAddress(endpoint.address);
      result = `${server} saw ${formatAddress(sourceAtEndpoint)}`;
    }
    results.set(result, (results.get(result) ?? 0) + probability);
  }
  return results;
}

/** The chance that four tries miss a result of probability 0.7 is below one percent. */
const MAY_BE_MISSED = 0.7;

describe.each(FOLDERS)('%s', (folder) => {
  const files = readRecorded(folder);
  const { network } = assembleSnapshot(files).value;
  const rows = readFlowRows(files).filter(({ protocol }) => protocol === 'TCP');

  test.each(
    rows.map((row) => ({ row, name: `${row.client} ${row.service} ${row.address}:${row.port}` })),
  )('$name is what the kernel did', ({ row, name }) => {
    if (EXCLUDED.some(({ rows: excluded }) => excluded.test(name))) return;
    const flow = flowOf(row);
    const { outcomes, verdict } = traceFlow(assumeClient(network, flow), flow);
    const told = outcomes
      .map(({ client, packets }) => `${client}: ${packets.map(packetText).join(', ')}`)
      .join('\n');
    const recorded = recordedResults(row);
    const modelled = modelledResults(outcomes, !recorded.includes('connected'));
    expect([...modelled.keys()], told).toEqual(expect.arrayContaining([...recorded]));
    const missed = [...modelled].filter(([result]) => !recorded.includes(result));
    for (const [result, probability] of missed) {
      expect(probability, `${result} was never seen\n${told}`).toBeLessThan(MAY_BE_MISSED);
    }
    // Several results come from the kernel's random choices, never from a fact we did not read.
    expect(verdict, told).not.toBe('undetermined');
  });
});

function packetText({ kind, disposition, dropReason, at }: PacketTrace): string {
  return [kind, disposition, dropReason ?? '', at ? netnsKey(at) : ''].join(' ');
}
