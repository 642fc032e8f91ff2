import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writePcap } from '../../lab/observe/write-pcap.ts';
import type { FlowReport, Sighting } from '../../lab/report.ts';

/**
 * Writes what was seen on each device as `FOLDER/NAMESPACE/DEVICE.pcap`, under the laboratory's names,
 * which are safe as names of files. Returns the paths.
 */
export async function writeCaptures(
  folder: string,
  reports: readonly FlowReport[],
): Promise<readonly string[]> {
  const byDevice = new Map<string, Sighting[]>();
  for (const sighting of reports.flatMap(({ sightings }) => sightings)) {
    const path = join(folder, sighting.namespace, `${sighting.device}.pcap`);
    const group = byDevice.get(path);
    if (group) group.push(sighting);
    else byDevice.set(path, [sighting]);
  }
  // Sightings are timed by the machine's monotonic clock.
  const origin = BigInt(Date.now()) * 1_000_000n - process.hrtime.bigint();
  for (const [path, sightings] of byDevice) {
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(path, writePcap(sightings, origin));
  }
  return [...byDevice.keys()].sort();
}
