import type { Parsed } from '../../packet/issue.ts';
import type { EvidencePart, ReadOptions } from '../part.ts';
import { captureReader } from './capture-reader.ts';

const PIECE = 1_048_576;

/** Reads a whole pcap or pcapng file. A cut-off one gives the packets up to there and an issue. */
export function readCapture(
  bytes: Uint8Array,
  file: string,
  options: ReadOptions = {},
): Parsed<EvidencePart> {
  const reader = captureReader(file, options);
  for (let at = 0; at < bytes.length; at += PIECE) reader.chunk(bytes.subarray(at, at + PIECE));
  return reader.end();
}
