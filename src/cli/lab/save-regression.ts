import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Regression } from './regression.ts';
import type { ShrunkCase } from './shrink.ts';

/** Writes a disagreement as a file that tests repeat. Returns its path. */
export async function saveRegression(
  folder: string,
  seed: number,
  { topology, files, judged }: ShrunkCase,
): Promise<string> {
  const { client, visits, drops } = judged.report;
  const regression: Regression = {
    origin: `hookline lab fuzz --seed ${seed}`,
    topology,
    flow: judged.flow,
    recorded: {
      files: Object.fromEntries([...files].map(([path, text]) => [path, trimmed(path, text)])),
      report: {
        ...judged.report,
        client,
        visits: visits.filter(({ packet }) => packet.source.family === 4),
        drops: drops.filter(({ packet }) => packet?.source.family === 4),
        sightings: [],
        rules: [],
        conntrack: {},
      },
    },
  };
  const text = `${JSON.stringify(regression, null, 1)}\n`;
  const name = createHash('sha256')
    .update(JSON.stringify([topology, judged.flow]))
    .digest('hex');
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${name.slice(0, 10)}.json`);
  await writeFile(path, text);
  return path;
}

/** Kernel parameters of other protocols and of neighbour tables are most of a listing. */
function trimmed(path: string, text: string): string {
  if (!path.endsWith('/sysctl.txt')) return text;
  return text
    .split('\n')
    .filter((line) => /^net\.(ipv4|bridge|netfilter)\./.test(line) && !line.includes('.neigh.'))
    .join('\n');
}
