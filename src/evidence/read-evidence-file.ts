import type { Parsed } from '../packet/issue.ts';
import { isCapture } from './capture/capture-reader.ts';
import { readCapture } from './capture/read-capture.ts';
import type { EvidencePart, ReadOptions } from './part.ts';
import { isNstatFile, readNstat } from './read-nstat.ts';
import { evidenceTextReader, readEvidenceText } from './text/read-text.ts';

const PROBE = 4096;
const CHUNK = 1_048_576;

/** Reads a file that holds any kind of evidence; its content says which, its path says where. */
export function readEvidenceFile(
  bytes: Uint8Array,
  file: string,
  options: ReadOptions = {},
): Parsed<EvidencePart> {
  if (isCapture(bytes)) return readCapture(bytes, file, options);
  if (isBinary(bytes)) {
    const empty = readEvidenceText('', file);
    const issue = { code: 'binary-file', severity: 'error', source: { file, line: 0 } } as const;
    return { value: empty.value, issues: [{ ...issue, detail: '' }] };
  }
  const decoder = new TextDecoder(encodingOf(bytes));
  if (isNstatFile(file)) return readNstat(decoder.decode(bytes), file);
  const reader = evidenceTextReader(file, options);
  for (let at = 0; at < bytes.length; at += CHUNK) {
    reader.chunk(decoder.decode(bytes.subarray(at, at + CHUNK), { stream: true }));
  }
  reader.chunk(decoder.decode());
  return reader.end();
}

/** No text has NUL bytes, but UTF-16 does. */
export function isBinary(bytes: Uint8Array): boolean {
  return encodingOf(bytes) === 'utf-8' && bytes.subarray(0, PROBE).includes(0);
}

/** UTF-16 begins with a byte order mark. */
export function encodingOf(bytes: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return 'utf-8';
}
