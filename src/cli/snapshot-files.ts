import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, posix, sep } from 'node:path';
import type { Issue } from '../packet/issue.ts';
import { fileFailure, inputFailure } from './failure.ts';
import { isTar, readTar } from './read-tar.ts';

/** The files of a snapshot, by path relative to it, and what could not be read. */
export interface SnapshotFiles {
  readonly files: ReadonlyMap<string, string>;
  readonly issues: readonly Issue[];
}

/** The largest real file is a ruleset of some ten megabytes. */
const LARGEST = 256 * 1024 * 1024;
/** A text of the runtime has at most half a gigabyte, and all files are in memory together. */
const LARGEST_TAR = 2 * 1024 * 1024 * 1024;

/** Reads a snapshot's folder or tar; what is no snapshot in it is named by the loader. */
export async function readSnapshotFiles(path: string): Promise<SnapshotFiles> {
  return (await isFile(path)) ? readPacked(path) : readFolder(path);
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch (error) {
    throw fileFailure(path, error);
  }
}

async function readFolder(folder: string): Promise<SnapshotFiles> {
  const paths = await listFiles(folder);
  const files = new Map<string, string>();
  const issues: Issue[] = [];
  for (const path of paths) {
    if (isTruth(path)) continue;
    if (isEvidence(path)) {
      files.set(path, '');
      continue;
    }
    const full = join(folder, path);
    try {
      const { size } = await stat(full);
      if (size > LARGEST) issues.push(tooLarge(path, size));
      else files.set(path, await readFile(full, 'utf8'));
    } catch (error) {
      issues.push(problem('unreadable-file', path, fileFailure(path, error).message));
    }
  }
  return { files, issues };
}

async function readPacked(path: string): Promise<SnapshotFiles> {
  let content: Awaited<ReturnType<typeof readTar>>;
  try {
    if (!(await isTar(path))) throw inputFailure(path, 'is a file, not a folder, and no tar');
    content = await readTar(createReadStream(path), {
      largest: LARGEST,
      total: LARGEST_TAR,
      wanted: (file) => !isTruth(file) && !isEvidence(file),
    });
  } catch (error) {
    if (error instanceof Error && 'code' in error) throw fileFailure(path, error);
    throw error;
  }
  const files = new Map<string, string>();
  for (const [file, bytes] of content.files) {
    if (!isTruth(file)) files.set(file, Buffer.from(bytes).toString('utf8'));
  }
  const issues = [...content.tooLarge].map(([file, size]) => tooLarge(file, size));
  if (content.damage) {
    const { file, what } = content.damage;
    issues.push(problem('cut-off-archive', file ?? '', `${what}; what follows is not known`));
  }
  return { files, issues };
}

/** What really happened, kept beside recordings for tests: never part of what is known. */
function isTruth(path: string): boolean {
  return path.startsWith('truth/');
}

/** Named but not read: logs and captures may be large, and are no facts about nodes. */
function isEvidence(path: string): boolean {
  return path.startsWith('evidence/');
}

function tooLarge(path: string, size: number): Issue {
  return problem('file-too-large', path, `${Math.round(size / 1e6)} MB`);
}

function problem(code: string, file: string, detail: string): Issue {
  return { code, severity: 'error', source: { file, line: 0 }, detail };
}

/** All files below a folder, with `/` between the parts, sorted. */
export async function listFiles(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(join(folder, sep).length))
      .map((path) => path.split(sep).join(posix.sep))
      .sort();
  } catch (error) {
    throw fileFailure(folder, error);
  }
}
