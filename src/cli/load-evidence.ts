import { open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { buildEvidence } from '../evidence/build-evidence.ts';
import {
  type CaptureReader,
  captureReader,
  isCapture,
} from '../evidence/capture/capture-reader.ts';
import type { Evidence } from '../evidence/evidence.ts';
import type { EvidencePart, ReadOptions } from '../evidence/part.ts';
import { encodingOf, isBinary, readEvidenceFile } from '../evidence/read-evidence-file.ts';
import { isNstatFile } from '../evidence/read-nstat.ts';
import { evidenceTextReader } from '../evidence/text/read-text.ts';
import type { Issue, Parsed } from '../packet/issue.ts';
import type { SourceRef } from '../packet/source-ref.ts';
import { issueWords } from '../report/issue-text.ts';
import { fileFailure, inputFailure } from './failure.ts';
import type { Io } from './io.ts';
import { printIssues } from './print-issues.ts';
import { listFiles } from './snapshot-files.ts';
import { type Compression, compressionOf, unpack } from './unpack.ts';

/** Read at once below this; above it in pieces. */
const SMALL = 8 * 1024 * 1024;
const PIECE = 1024 * 1024;
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
      const bytes = await readFile(path);
      if (compressionOf(bytes) === null) return readEvidenceFile(bytes, path, options);
    }
    const handle = await open(path);
    return await readStream(handle.createReadStream({ highWaterMark: PIECE }), path, options);
  } catch (error) {
    if (error instanceof Error && 'code' in error) throw fileFailure(path, error);
    throw error;
  }
}

/** A pipe, or a file of any size: its beginning says what it is, and it is read in pieces. */
async function readStream(
  stream: AsyncIterable<Uint8Array>,
  file: string,
  options: ReadOptions,
): Promise<Parsed<EvidencePart>> {
  const { head, all } = await lookAhead(stream);
  const compression = compressionOf(head);
  if (compression !== null) return readCompressed(compression, all, file, options);
  if (isCapture(head)) return feed(captureReader(file, options), all);
  if (isBinary(head) || isNstatFile(file)) {
    return readEvidenceFile(isBinary(head) ? head : await wholeOf(all), file, options);
  }
  const reader = evidenceTextReader(file, options);
  const decoder = new TextDecoder(encodingOf(head));
  for await (const bytes of all) reader.chunk(decoder.decode(bytes, { stream: true }));
  reader.chunk(decoder.decode());
  return reader.end();
}

async function feed(
  reader: CaptureReader,
  bytes: AsyncIterable<Uint8Array>,
): Promise<Parsed<EvidencePart>> {
  for await (const piece of bytes) reader.chunk(piece);
  return reader.end();
}

async function wholeOf(bytes: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of bytes) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** What is compressed is read as if it were not; a cut-off one as far as it goes. */
async function readCompressed(
  compression: Compression,
  all: AsyncIterable<Uint8Array>,
  file: string,
  options: ReadOptions,
): Promise<Parsed<EvidencePart>> {
  const unpacked = unpack(compression, all);
  if (unpacked === null) {
    const empty = readEvidenceFile(new Uint8Array(), file);
    const source = { file, line: 0 };
    return {
      value: empty.value,
      issues: [notUnpacked('compressed-not-readable', source, compression)],
    };
  }
  const inside = file.replace(/\.(?:gz|zst)$/i, '');
  const part = await readStream(unpacked.bytes, inside, options);
  if (!unpacked.isCut()) return part;
  const issue = notUnpacked('compressed-cut-off', { file, line: 0 }, compression);
  return { value: part.value, issues: [...part.issues, issue] };
}

function notUnpacked(code: string, source: SourceRef, detail: string): Issue {
  return { code, severity: code === 'compressed-cut-off' ? 'warning' : 'error', source, detail };
}

/** A pipe may begin with a piece too short to tell by; what was looked at is read again. */
async function lookAhead(
  stream: AsyncIterable<Uint8Array>,
): Promise<{ readonly head: Uint8Array; readonly all: AsyncIterable<Uint8Array> }> {
  const iterator = stream[Symbol.asyncIterator]();
  let head: Uint8Array = new Uint8Array();
  while (head.length < HEAD) {
    const next = await iterator.next();
    if (next.done) break;
    head = Buffer.concat([head, next.value]);
  }
  async function* all(): AsyncGenerator<Uint8Array> {
    try {
      yield head;
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
        yield next.value;
      }
    } finally {
      await iterator.return?.();
    }
  }
  return { head, all: all() };
}
