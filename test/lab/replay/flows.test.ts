import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { traceStated } from '../../../src/cli/trace-stated.ts';
import type { Lab } from '../../../src/lab/lab.ts';
import { openLab } from '../../../src/lab/open-lab.ts';
import type { ReplayAsk } from '../../../src/lab/replay/ask.ts';
import { formatAddress, parseAddress } from '../../../src/packet/address.ts';
import type { Flow } from '../../../src/packet/flow.ts';
import { assembleSnapshot } from '../../../src/snapshot/assemble.ts';
import type { Snapshot } from '../../../src/snapshot/snapshot.ts';
import { labMissing } from '../../differential/paths/namespaces.ts';
import { type FlowRow, readFlowRows, readRecorded } from '../../trace/recorded.ts';
import { ASK, type Rebuilt, rebuilt, resultText, TOOLS } from './rebuilt.ts';

/**
 * A sample of the recorded flow tables on the rebuilt nodes: client's result, endpoints and the source
 * each saw are what was recorded. Pods were not captured there: stand-ins take their places.
 */
const missing = labMissing(TOOLS);

const FOLDERS = ['flows-iptables-1.36.3-vxlan', 'flows-nftables-1.36.3-vxlan'] as const;

/** A client of the tables: where its packets come from. */
const CLIENTS: Readonly<Record<string, Partial<ReplayAsk>>> = {
  'kp-n1': {},
  'kp-p1-99': { arrivesOn: 'cni0', source: '10.244.1.99' },
  'kp-p2-99': {
    from: { node: 'n2', netns: null },
    arrivesOn: 'cni0',
    source: '10.244.2.99',
  },
};

/** Every fifth row of these clients is sent. */
const EVERY = 5;
/** A result of chance one half is missed by as many tries once in a million flows. */
const MOST_TRIES = 20;

function askOf(row: FlowRow): ReplayAsk {
  return { ...ASK, ...CLIENTS[row.client], to: row.address, port: row.port };
}

/** `192.168.10.11 saw 10.244.1.1`, `timeout`: what the real kernel did in up to four tries. */
function recordedResults({ result }: FlowRow): readonly string[] {
  return result.split('; ').map((text) => {
    if (text.includes(' saw ')) return text.replace(/^[^@]*@/, '');
    if (text === 'EMPTY') return 'connected';
    if (text.includes('refused')) return 'refused';
    if (text.includes('timed out')) return 'timeout';
    throw new Error(`unknown result ${text}`);
  });
}

/** What four tries may have missed by chance: the model's other outcomes. */
function possibleResults(snapshot: Snapshot, ask: ReplayAsk): readonly string[] {
  const to = parseAddress(ask.to);
  const flow: Flow = {
    from: ask.from,
    arrivesOn: ask.arrivesOn,
    to: to ?? { family: 4, bits: 0 },
    port: ask.port,
    protocol: ask.protocol,
    boundSource: ask.source === null ? null : parseAddress(ask.source),
    boundDevice: null,
    sport: null,
    mark: 0,
  };
  return traceStated(snapshot.network, flow).outcomes.map(
    ({ client, endpoint, sourceAtEndpoint }) => {
      if (client !== 'connected' || !endpoint || !sourceAtEndpoint) return client;
      const { where, address } = endpoint;
      const server = where.netns === null ? where.node : formatAddress(address);
      return `${server} saw ${formatAddress(sourceAtEndpoint)}`;
    },
  );
}

const SAMPLE = FOLDERS.flatMap((folder) => {
  const files = readRecorded(folder);
  const snapshot = assembleSnapshot(files).value;
  const rows = readFlowRows(files)
    .filter(({ protocol, client }) => protocol === 'TCP' && client in CLIENTS)
    .filter((_row, i) => i % EVERY === 0);
  return Object.keys(CLIENTS).map((client) => ({
    folder,
    client,
    files,
    snapshot,
    rows: rows
      .filter((row) => row.client === client)
      .map((row) => ({ row, name: `${row.service} ${row.address}:${row.port}` })),
  }));
});

test('the sample is large enough', () => {
  expect(SAMPLE.reduce((sum, { rows }) => sum + rows.length, 0)).toBeGreaterThanOrEqual(60);
});

describe.skipIf(missing !== null)(`recorded flows, rebuilt (${missing ?? 'here'})`, () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await openLab();
  });
  afterAll(async () => {
    await lab.close();
  });

  describe.each(SAMPLE)('$folder from $client', ({ files, snapshot, rows }) => {
    let built: Rebuilt;
    beforeAll(async () => {
      await lab.clear({});
      const [first] = rows;
      if (!first) throw new Error('no rows');
      built = await rebuilt(lab, files, askOf(first.row));
      expect(built.missing).toEqual([]);
    });

    test.each(rows)('$name does what was recorded', async ({ row }) => {
      const ask = askOf(row);
      // Session affinity keeps the choice that was drawn first, there and here.
      const sticky = row.service === 'sticky';
      const recorded = new Set(recordedResults(row));
      const possible = new Set([...recorded, ...possibleResults(snapshot, ask)]);
      const seen = new Set<string>();
      for (let i = 0; i < MOST_TRIES && [...recorded].some((result) => !seen.has(result)); i++) {
        const result = resultText(built, await built.send(ask));
        // Some servers were recorded without what they said.
        seen.add(recorded.has('connected') && result.includes(' saw ') ? 'connected' : result);
      }
      if (sticky) expect(seen.size).toBe(1);
      else expect([...seen]).toEqual(expect.arrayContaining([...recorded]));
      expect([...possible]).toEqual(expect.arrayContaining([...seen]));
    });
  });
});
