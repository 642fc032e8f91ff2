import { spawn } from 'node:child_process';
import { beforeAll, describe, expect, test } from 'vitest';
import { formatAddress, parseAddress } from '../../../src/packet/address.ts';
import type { Flow } from '../../../src/packet/flow.ts';
import { netnsKey } from '../../../src/packet/place.ts';
import { assembleSnapshot } from '../../../src/snapshot/assemble.ts';
import type { Trace } from '../../../src/trace/trace.ts';
import { traceFlow } from '../../../src/trace/tracer.ts';
import { CASES, type PathCase } from './cases.ts';
import { labMissing, makeNamespaces, type Namespaces } from './namespaces.ts';
import { buildTopology, collect, NAMES } from './topology.ts';

/**
 * Whole paths, the model against the running kernel: the same snapshot a user would collect is
 * traced, then a real client connects. Compared are what the client saw and, where it connected,
 * the endpoint and the source address that the endpoint saw.
 */
const missing = labMissing([
  'ip',
  'socat',
  'iptables-nft',
  'iptables-legacy',
  'nft',
  'bridge',
  'ss',
]);

/** Cases whose namespaces stand at the same time. */
const LANES = 8;

interface Seen {
  readonly client: string;
  readonly endpoint: string | null;
  readonly source: string | null;
}

interface Result {
  readonly kernel: Seen;
  readonly trace: Trace;
}

const results = new Map<string, Result>();

function prepare(item: PathCase, ns: Namespaces): Trace {
  for (const { at, argv } of item.setup) ns.run(at, argv);
  const snapshot = assembleSnapshot(collect(ns));
  const errors = snapshot.issues.filter(({ severity }) => severity === 'error');
  expect(errors, item.name).toEqual([]);
  return traceFlow(snapshot.value.network, flowOf(item));
}

function flowOf(item: PathCase): Flow {
  const to = parseAddress(item.to);
  if (!to) throw new Error(item.to);
  const pods: Readonly<Record<string, string>> = { p1: 'n1', p2: 'n2', q2: 'n2' };
  const node = pods[item.from];
  return {
    from: node ? { node, netns: item.from } : { node: item.from, netns: null },
    arrivesOn: null,
    to,
    port: item.port,
    protocol: 'tcp',
    boundSource: item.bindSource ? parseAddress(item.bindSource) : null,
    boundDevice: item.bindDevice ?? null,
    sport: null,
    mark: 0,
  };
}

/** Connects with socat and tells what the application saw. */
function connect(item: PathCase, ns: Namespaces): Promise<Seen> {
  const address = [
    `TCP4:${item.to}:${item.port}`,
    `connect-timeout=${item.patience ?? 1.2}`,
    ...(item.bindSource ? [`bind=${item.bindSource}`] : []),
    ...(item.bindDevice ? [`so-bindtodevice=${item.bindDevice}`] : []),
  ].join(',');
  return new Promise((resolve, reject) => {
    const child = spawn('ip', [
      'netns',
      'exec',
      ns.named(item.from),
      'socat',
      '-u',
      address,
      'STDOUT',
    ]);
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      err += chunk;
    });
    child.on('error', reject);
    child.on('close', () => {
      const [source = null, endpoint = null] = out.trim() === '' ? [] : out.trim().split(' ');
      resolve({ client: source ? 'connected' : clientOf(err), endpoint, source });
    });
  });
}

function clientOf(error: string): string {
  if (error.includes('Connection refused')) return 'refused';
  if (error.includes('timed out')) return 'timeout';
  if (error.includes('No route to host')) return 'unreachable';
  if (error.includes('Network is unreachable')) return 'unreachable';
  if (error.includes('Permission denied')) return 'not-permitted';
  if (error.includes('not permitted')) return 'not-permitted';
  return `unknown: ${error}`;
}

async function runBatch(batch: readonly PathCase[]): Promise<void> {
  const lanes: { readonly item: PathCase; readonly ns: Namespaces }[] = [];
  try {
    const traces = new Map<string, Trace>();
    for (const [lane, item] of batch.entries()) {
      const ns = makeNamespaces(NAMES, lane);
      lanes.push({ item, ns });
      await buildTopology(ns);
      traces.set(item.name, prepare(item, ns));
    }
    const seen = await Promise.all(lanes.map(({ item, ns }) => connect(item, ns)));
    for (const [index, { item }] of lanes.entries()) {
      const kernel = seen[index];
      const trace = traces.get(item.name);
      if (kernel && trace) results.set(item.name, { kernel, trace });
    }
  } finally {
    for (const { ns } of lanes) ns.dispose();
  }
}

function modelSaw(trace: Trace): readonly Seen[] {
  return trace.outcomes.map(({ client, endpoint, sourceAtEndpoint }) => ({
    client,
    endpoint: client === 'connected' && endpoint ? formatAddress(endpoint.address) : null,
    source: client === 'connected' && sourceAtEndpoint ? formatAddress(sourceAtEndpoint) : null,
  }));
}

function told(trace: Trace): string {
  return trace.outcomes
    .flatMap(({ packets }) => packets)
    .map(
      ({ kind, disposition, dropReason, at }) =>
        `${kind} ${disposition} ${dropReason ?? ''} ${at ? netnsKey(at) : ''}`,
    )
    .join('\n');
}

describe.skipIf(missing !== null)(`paths on the kernel${missing ? ` (${missing})` : ''}`, () => {
  beforeAll(async () => {
    for (let start = 0; start < CASES.length; start += LANES) {
      await runBatch(CASES.slice(start, start + LANES));
    }
  }, 180_000);

  test.each(CASES)('$name', ({ name }) => {
    const result = results.get(name);
    if (!result) throw new Error('the case did not run');
    expect(modelSaw(result.trace), told(result.trace)).toEqual([result.kernel]);
  });

  test('the cases end in every way a client can see', () => {
    const ends = new Set([...results.values()].map(({ kernel }) => kernel.client));
    expect([...ends].sort()).toEqual([
      'connected',
      'not-permitted',
      'refused',
      'timeout',
      'unreachable',
    ]);
  });
});
