import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sighting } from '../../lab/report.ts';
import type { PlaceNames } from './observed-flow.ts';

/** pcap with nanoseconds, little-endian. https://ietf-opsawg-wg.github.io/draft-ietf-opsawg-pcap/ */
const MAGIC = 0xa1b23c4d;
const SNAPLEN = 262_144;

/**
 * Writes what was seen on each device as `FOLDER/NODE[/netns/NAME]/DEVICE.pcap`, the layout of a
 * snapshot's evidence. Returns the paths.
 * @param epoch nanoseconds to add to the sightings' clock, so that times are those of 1970
 */
export async function writeCaptures(
  folder: string,
  sightings: readonly Sighting[],
  nameOf: PlaceNames,
  epoch: bigint,
): Promise<readonly string[]> {
  const byFile = new Map<string, Sighting[]>();
  for (const sighting of sightings) {
    const [node = '', netns] = nameOf(sighting.namespace).replace(' ', '-').split('/');
    const place = netns === undefined ? node : join(node, 'netns', netns);
    const path = join(folder, place, `${sighting.device}.pcap`);
    byFile.set(path, [...(byFile.get(path) ?? []), sighting]);
  }
  for (const [path, group] of byFile) {
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(path, pcapOf(group, epoch));
  }
  return [...byFile.keys()].sort();
}

function pcapOf(sightings: readonly Sighting[], epoch: bigint): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(MAGIC, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(SNAPLEN, 16);
  header.writeUInt32LE(sightings[0]?.linkType ?? 1, 20);
  return Buffer.concat([header, ...sightings.map((sighting) => recordOf(sighting, epoch))]);
}

function recordOf({ time, frame }: Sighting, epoch: bigint): Buffer {
  const bytes = Buffer.from(frame, 'hex');
  const nanoseconds = BigInt(Math.round(time)) + epoch;
  const header = Buffer.alloc(16);
  header.writeUInt32LE(Number(nanoseconds / 1_000_000_000n), 0);
  header.writeUInt32LE(Number(nanoseconds % 1_000_000_000n), 4);
  header.writeUInt32LE(bytes.length, 8);
  header.writeUInt32LE(bytes.length, 12);
  return Buffer.concat([header, bytes]);
}
