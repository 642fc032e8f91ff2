import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import { toLines } from '../../lab/line-json.ts';
import type { Drop } from '../../lab/report.ts';
import type { Regression } from './regression.ts';
import type { ShrunkCase } from './shrink.ts';

/** Writes a disagreement as a file that tests repeat. Returns its path. */
export async function saveRegression(
  folder: string,
  seed: number,
  shrunk: ShrunkCase,
): Promise<string> {
  const { topology, judged } = shrunk;
  const regression = recordedCase(`hookline lab fuzz --seed ${seed}`, shrunk);
  const name = createHash('sha256')
    .update(JSON.stringify([topology, judged.flow]))
    .digest('hex');
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${name.slice(0, 10)}.json`);
  await writeFile(path, toLines(regression));
  return path;
}

/** A case with what the kernel did, as far as it is compared. */
export function recordedCase(origin: string, { topology, files, judged }: ShrunkCase): Regression {
  const { visits, drops } = judged.report;
  return {
    origin,
    topology,
    flow: judged.flow,
    recorded: {
      files: Object.fromEntries([...files].map(([path, text]) => [path, trimmed(path, text)])),
      report: {
        ...judged.report,
        // What the kernel says by itself in the other family is none of the flow's; tunnels carry both.
        visits: isIPv6(judged.flow.to) ? visits : visits.filter(isIpv4),
        drops: isIPv6(judged.flow.to) ? drops : drops.filter(isIpv4),
        sightings: [],
        rules: [],
        conntrack: {},
        counters: {},
      },
    },
  };
}

function isIpv4({ packet }: Pick<Drop, 'packet'>): boolean {
  return packet?.source.family === 4;
}

/** Kernel parameters of other protocols and of neighbour tables are most of a listing. */
function trimmed(path: string, text: string): string {
  if (!path.endsWith('/sysctl.txt')) return text;
  return text
    .split('\n')
    .filter(
      (line) =>
        /^net\.(ipv4|ipv6\.(conf|fib|fwmark|icmp|ip_nonlocal)|bridge|netfilter)[._]/.test(line) &&
        !line.includes('.neigh.'),
    )
    .map((line) => `${line}\n`)
    .join('');
}
