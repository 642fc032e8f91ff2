import { open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { buildEvidence } from '../evidence/build-evidence.ts';
import { isCapture } from '../evidence/capture/read-capture.ts';
import type { Evidence } from '../evidence/evidence.ts';
import type { EvidencePart, ReadOptions } from '../evidence/part.ts';
import { isBinary, readEvidenceFile } from '../evidence/read-evidence-file.ts';
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
const HEAD = 64 * 1024;

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
    parts.push(path === '-' ? await readStream(io.stdin, options) : await readOne(path, options));
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
    const { size } = await stat(path);
    if (size <= SMALL) return readEvidenceFile(await readFile(path), path, options);
    const head = await readHead(path);
    if (isCapture(head)) {
      if (size > LARGEST_CAPTURE) throw tooLarge(path, size);
      return readEvidenceFile(await readFile(path), path, options);
    }
    if (isBinary(head)) return readEvidenceFile(head, path, options);
    const handle = await open(path);
    return await readText(handle.createReadStream(), path, options);
  } catch (error) {
    if (error instanceof Error && 'code' in error) throw fileFailure(path, error);
    throw error;
  }
}

function tooLarge(path: string, size: number): Error {
  const megabytes = Math.round(size / 1e6);
  return inputFailure(path, `a capture of ${megabytes} MB; cut it first, e.g. with editcap -c`);
}

async function readHead(path: string): Promise<Uint8Array> {
  const handle = await open(path);
  try {
    const { buffer, bytesRead } = await handle.read(new Uint8Array(HEAD), 0, HEAD, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

async function readText(
  stream: AsyncIterable<Uint8Array>,
  file: string,
  options: ReadOptions,
): Promise<Parsed<EvidencePart>> {
  const reader = evidenceTextReader(file, options);
  const decoder = new TextDecoder();
  for await (const bytes of stream) reader.chunk(decoder.decode(bytes, { stream: true }));
  reader.chunk(decoder.decode());
  return reader.end();
}

/** Standard input may be a capture too: its first piece says so. */
async function readStream(
  stream: AsyncIterable<Uint8Array>,
  options: ReadOptions,
): Promise<Parsed<EvidencePart>> {
  const iterator = stream[Symbol.asyncIterator]();
  const first = await iterator.next();
  const head = first.done ? new Uint8Array() : first.value;
  const rest: AsyncIterable<Uint8Array> = { [Symbol.asyncIterator]: () => iterator };
  if (!isCapture(head) && !isBinary(head)) {
    return readText(concatenated(head, rest), 'stdin', options);
  }
  const pieces = [head];
  let size = head.length;
  for await (const bytes of rest) {
    size += bytes.length;
    if (size > LARGEST_CAPTURE) throw tooLarge('stdin', size);
    pieces.push(bytes);
  }
  return readEvidenceFile(Buffer.concat(pieces), 'stdin', options);
}

async function* concatenated(
  head: Uint8Array,
  rest: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield head;
  yield* rest;
}
