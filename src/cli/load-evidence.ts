import { open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { buildEvidence } from '../evidence/build-evidence.ts';
import { isCapture } from '../evidence/capture/capture-reader.ts';
import type { Evidence } from '../evidence/evidence.ts';
import type { EvidencePart, ReadOptions } from '../evidence/part.ts';
import { encodingOf, isBinary, readEvidenceFile } from '../evidence/read-evidence-file.ts';
import { evidenceTextReader } from '../evidence/text/read-text.ts';
import type { Parsed } from '../packet/issue.ts';
import { issueWords } from '../report/issue-text.ts';
import { fileFailure, inputFailure } from './failure.ts';
import type { Io } from './io.ts';
import { printIssues } from './print-issues.ts';
import { listFiles } from './snapshot-files.ts';

/** Read at once below this; above it text is read in pieces. */
const SMALL = 8 * 1024 * 1024;
/** A capture is read whole, because its reader walks back and forth. */
const LARGEST_CAPTURE = 1024 * 1024 * 1024;
const HEAD = 4096;

/**
 * Reads logs, captures and text from files and folders, `-` for standard input, and joins them.
 * A file that cannot be used is told and left out; without any usable one it fails.
 */
export async function loadEvidence(
  paths: readonly string[],
  io: Io,
  options: ReadOptions = {},
): Promise<Evidence> {
  const parts: Parsed<EvidencePart>[] = [];
  for (const path of await evidenceFiles(paths)) {
    parts.push(
      path === '-' ? await readStream(io.stdin, 'stdin', options) : await readOne(path, options),
    );
  }
  const unusable = parts.filter(isUnusable);
  const issues = unusable.flatMap((part) => part.issues);
  const [only] = issues;
  if (only && parts.length === 1 && issues.length === 1) {
    throw inputFailure(only.source.file, `no evidence that can be read: ${issueWords(only)}`);
  }
  printIssues(io, '', issues);
  if (unusable.length === parts.length) {
    throw inputFailure(paths.join(', '), 'no evidence here that can be read');
  }
  return buildEvidence(parts.filter((part) => !isUnusable(part)));
}

/** The files of the paths; of a folder those of its `evidence` part when it has one. */
async function evidenceFiles(paths: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const path of paths) {
    if (path === '-' || !(await isFolder(path))) {
      files.push(path);
      continue;
    }
    const inside = await listFiles(path);
    const evidence = inside.filter((file) => /(?:^|\/)evidence\//.test(file));
    const chosen = evidence.length > 0 ? evidence : inside;
    if (chosen.length === 0) throw inputFailure(path, 'the folder is empty');
    files.push(...chosen.map((file) => join(path, file)));
  }
  return files;
}

export async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    throw fileFailure(path, error);
  }
}

function isUnusable(part: Parsed<EvidencePart>): boolean {
  return part.value.file.lines === 0 && part.issues.some(({ severity }) => severity === 'error');
}

async function readOne(path: string, options: ReadOptions): Promise<Parsed<EvidencePart>> {
  try {
    const status = await stat(path);
    if (status.isFile() && status.size <= SMALL) {
      return readEvidenceFile(await readFile(path), path, options);
    }
    const handle = await open(path);
    return await readStream(handle.createReadStream(), path, options);
  } catch (error) {
    if (error instanceof Error && 'code' in error) throw fileFailure(path, error);
    throw error;
  }
}

/** A pipe, or a file of any size: its beginning says what it is. Text is read in pieces. */
async function readStream(
  stream: AsyncIterable<Uint8Array>,
  file: string,
  options: ReadOptions,
): Promise<Parsed<EvidencePart>> {
  const iterator = stream[Symbol.asyncIterator]();
  const head = await readHead(iterator);
  const rest: AsyncIterable<Uint8Array> = { [Symbol.asyncIterator]: () => iterator };
  if (isCapture(head)) {
    return readEvidenceFile(await wholeCapture(head, rest, file), file, options);
  }
  if (isBinary(head)) {
    await iterator.return?.();
    return readEvidenceFile(head, file, options);
  }
  const reader = evidenceTextReader(file, options);
  const decoder = new TextDecoder(encodingOf(head));
  reader.chunk(decoder.decode(head, { stream: true }));
  for await (const bytes of rest) reader.chunk(decoder.decode(bytes, { stream: true }));
  reader.chunk(decoder.decode());
  return reader.end();
}

/** A pipe may begin with a piece too short to tell by. */
async function readHead(iterator: AsyncIterator<Uint8Array>): Promise<Uint8Array> {
  let head: Uint8Array = new Uint8Array();
  while (head.length < HEAD) {
    const next = await iterator.next();
    if (next.done) break;
    head = Buffer.concat([head, next.value]);
  }
  return head;
}

async function wholeCapture(
  head: Uint8Array,
  rest: AsyncIterable<Uint8Array>,
  file: string,
): Promise<Uint8Array> {
  const pieces = [head];
  let size = head.length;
  for await (const bytes of rest) {
    size += bytes.length;
    if (size > LARGEST_CAPTURE) {
      throw inputFailure(file, 'a capture of more than 1 GB; cut it first, e.g. with editcap -c');
    }
    pieces.push(bytes);
  }
  return Buffer.concat(pieces);
}
