import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Io } from '../../../src/cli/io.ts';
import { main } from '../../../src/cli/main.ts';
import { replaySchema } from '../../../src/cli/schema/replay.ts';
import { PLAIN_CANVAS } from '../../../src/report/text/style.ts';
import { labMissing } from '../../differential/paths/namespaces.ts';
import { TOOLS } from './rebuilt.ts';

const missing = labMissing(TOOLS);
const SEED = 'test/recorded/seed-udp-nomasq-rpf1';
const folder = mkdtempSync(join(tmpdir(), 'hookline-replay-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function replay(...words: readonly string[]) {
  const printed = { out: '', err: '' };
  const io: Io = {
    out: (text) => {
      printed.out += text;
    },
    err: (text) => {
      printed.err += text;
    },
    canvas: PLAIN_CANVAS,
    stdin: (async function* () {})(),
  };
  const exit = await main(['replay', ...words], io);
  return { exit, ...printed };
}

describe('hookline replay refuses', () => {
  test.each([
    ['a protocol it cannot send', ['--from', 'n1', '--to', '1.1.1.1:8', '--proto', 'sctp'], /sctp/],
    ['no tries', ['--from', 'n1', '--to', '1.1.1.1:8', '--tries', '0'], /--tries 0/],
    ['a node that is not there', ['--from', 'n7', '--to', '1.1.1.1:8'], /n7/],
  ])('%s', async (_name, words, message) => {
    const { exit, err, out } = await replay(SEED, ...words);
    expect(exit).toBe(64);
    expect(err).toMatch(message);
    expect(out).toBe('');
  });

  test('what is no snapshot', async () => {
    const { exit, err } = await replay('docs', '--from', 'n1', '--to', '1.1.1.1:8');
    expect(exit).toBe(65);
    expect(err).toContain('docs: no snapshot here');
  });
});

describe.skipIf(missing !== null)(`hookline replay (${missing ?? 'here'})`, () => {
  test('says in one line that kernel and model agree on why the flow fails', async () => {
    const { exit, out, err } = await replay(SEED, '--from', 'n1', '--to', '10.96.10.2:80');
    expect(err).toBe('');
    const lines = out.split('\n');
    expect(lines[0]).toBe(
      'the kernel and the model agree: timeout; dropped on n2 at flannel0: IP_RPFILTER in ip_rcv_finish_core()',
    );
    expect(lines).toContain('not rebuilt: nothing that can matter for this flow');
    expect(exit).toBe(1);
  });

  test('prints JSON of its schema, and writes a capture of each device', async () => {
    const wish = ['--iface', 'flannel0', '--tries', '2', '--pcap', folder, '--json'];
    const { exit, out } = await replay(SEED, '--from', 'n1', '--to', '10.96.10.2:80', ...wish);
    expect(exit).toBe(0);
    const json = replaySchema.parse(JSON.parse(out));
    expect(json.verdict).toBe('reachable');
    expect(json.agreement).toMatchObject({ verdict: 'agree', differences: [], questions: [] });
    expect(json.kernel.results).toEqual([
      {
        times: 2,
        client: 'connected',
        errno: null,
        endpoint: { node: 'n2', netns: 'web12', ip: '10.244.2.12', port: 8080 },
        sourceAtEndpoint: '10.244.1.0',
      },
    ]);
    expect(json.notRebuilt.filter(({ matters }) => matters)).toEqual([]);
    expect(json.captureFiles).toContain(join(folder, 'n2', 'flannel0.pcap'));
    for (const file of json.captureFiles) {
      expect(readFileSync(file).readUInt32LE(0)).toBe(0xa1b23c4d);
    }
    expect(readdirSync(folder)).toContain('n1');
  });

  test('a node of which only addresses are known is undetermined, and it says what is missing', async () => {
    const node = join(folder, 'poor', 'nodes', 'n1');
    mkdirSync(node, { recursive: true });
    for (const file of ['ip-link.json', 'ip-addr.json']) {
      copyFileSync(join(SEED, 'nodes', 'n1', file), join(node, file));
    }
    const { exit, out } = await replay(
      join(folder, 'poor'),
      '--from',
      'n1',
      '--to',
      '10.96.10.2:80',
    );
    expect(exit).toBe(2);
    expect(out).toContain('n1: ip-route, not collected');
    expect(out).toMatch(/^undetermined: /);
  });
});
