import type { Sighting } from '../report.ts';

/** pcap with nanoseconds. Source: pcap-savefile(5). */
const MAGIC = 0xa1b23c4d;
const SNAPLEN = 262_144;
const GLOBAL_HEADER = 24;
const RECORD_HEADER = 16;

/**
 * A capture file of one device's sightings, for tcpdump and wireshark. Sightings count their times from
 * the start of the machine: `origin` is the nanosecond since 1970 at which that clock was 0. All
 * sightings have to be of one link type; throws otherwise.
 */
export function writePcap(sightings: readonly Sighting[], origin = 0n): Uint8Array {
  const linkType = sightings[0]?.linkType ?? 1;
  if (sightings.some((sighting) => sighting.linkType !== linkType)) {
    throw new Error('a capture file holds frames of one link type');
  }
  const frames = sightings.map(({ frame }) => Buffer.from(frame, 'hex'));
  const size = frames.reduce((sum, { length }) => sum + RECORD_HEADER + length, GLOBAL_HEADER);
  const file = Buffer.alloc(size);
  file.writeUInt32LE(MAGIC, 0);
  file.writeUInt16LE(2, 4);
  file.writeUInt16LE(4, 6);
  file.writeUInt32LE(SNAPLEN, 16);
  file.writeUInt32LE(linkType, 20);
  let at = GLOBAL_HEADER;
  for (const [i, frame] of frames.entries()) {
    const time = BigInt(sightings[i]?.time ?? 0) + origin;
    file.writeUInt32LE(Number(time / 1_000_000_000n), at);
    file.writeUInt32LE(Number(time % 1_000_000_000n), at + 4);
    file.writeUInt32LE(frame.length, at + 8);
    file.writeUInt32LE(frame.length, at + 12);
    file.set(frame, at + RECORD_HEADER);
    at += RECORD_HEADER + frame.length;
  }
  return file;
}
