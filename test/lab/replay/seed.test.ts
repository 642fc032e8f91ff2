import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Lab } from '../../../src/lab/lab.ts';
import { openLab } from '../../../src/lab/open-lab.ts';
import { verifyReplay } from '../../../src/lab/replay/verify/verify.ts';
import { labMissing } from '../../differential/paths/namespaces.ts';
import { readRecorded } from '../../trace/recorded.ts';
import { ASK, type Rebuilt, rebuilt, resultText, TOOLS } from './rebuilt.ts';

/**
 * Every curl line of every founding incident, sent again on the recorded nodes as they are rebuilt
 * here: the answer is the one that was recorded with real flannel and kube-proxy.
 */
const missing = labMissing(TOOLS);

const FOLDERS = [
  'seed-udp-clustercidr-rpf1',
  'seed-udp-ipmasq-rpf1',
  'seed-udp-nomasq-rpf0',
  'seed-udp-nomasq-rpf1',
  'seed-vxlan-nomasq-rpf1',
] as const;

/** `$ curl ... --interface eth0 http://10.96.10.2/`, and on the next line what it said. */
function curlRows(text: string): readonly { readonly argv: string; readonly answer: string }[] {
  const lines = text.split('\n');
  return lines.flatMap((line, i) =>
    line.startsWith('$ curl ') ? [{ argv: line.slice(2), answer: lines[i + 1] ?? '' }] : [],
  );
}

describe.skipIf(missing !== null)(`the founding incidents, rebuilt (${missing ?? 'here'})`, () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await openLab();
  });
  afterAll(async () => {
    await lab.close();
  });

  describe.each(FOLDERS)('%s', (folder) => {
    const files = readRecorded(folder);
    const rows = curlRows(files.get('truth/curl.txt') ?? '');
    let built: Rebuilt;
    beforeAll(async () => {
      await lab.clear({});
      built = await rebuilt(lab, files, ASK);
    });

    test('reads back as it was recorded', async () => {
      expect(rows.length).toBeGreaterThanOrEqual(4);
      expect(built.missing).toEqual([]);
      expect(await verifyReplay(lab, files, built.rebuild, [])).toEqual([]);
    });

    test.each(rows)('$argv', async ({ argv, answer }) => {
      const url = /http:\/\/([\d.]+)(?::(\d+))?\//.exec(argv);
      const report = await built.send({
        ...ASK,
        to: url?.[1] ?? '',
        port: Number(url?.[2] ?? 80),
        device: /--interface (\S+)/.exec(argv)?.[1] ?? null,
      });
      const seen = /saw ([\d.]+):\d+ at ([\d.]+)/.exec(answer);
      expect(resultText(built, report)).toBe(seen ? `${seen[2]} saw ${seen[1]}` : 'timeout');
    });
  });
});
