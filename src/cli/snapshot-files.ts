import { readdir, readFile, stat } from 'node:fs/promises';
import { join, posix, sep } from 'node:path';
import type { Issue } from '../packet/issue.ts';
import { fileFailure } from './failure.ts';

/** The files of a snapshot's folder, by path relative to it, and what could not be read. */
export interface SnapshotFiles {
  readonly files: ReadonlyMap<string, string>;
  readonly issues: readonly Issue[];
}

/** The largest real file is a ruleset of some ten megabytes. */
const LARGEST = 256 * 1024 * 1024;

/** Reads a snapshot's folder; what is no snapshot in it is named by the loader. */
export async function readSnapshotFiles(folder: string): Promise<SnapshotFiles> {
  const paths = await listFiles(folder);
  const files = new Map<string, string>();
  const issues: Issue[] = [];
  for (const path of paths) {
    if (path.startsWith('truth/')) continue;
    if (path.startsWith('evidence/')) {
      // Named but not read: logs and captures may be large, and are no facts about nodes.
      files.set(path, '');
      continue;
    }
    const full = join(folder, path);
    const problem = (code: string, detail: string): void => {
      issues.push({ code, severity: 'error', source: { file: path, line: 0 }, detail });
    };
    try {
      const { size } = await stat(full);
      if (size > LARGEST) problem('file-too-large', `${Math.round(size / 1e6)} MB`);
      else files.set(path, await readFile(full, 'utf8'));
    } catch (error) {
      problem('unreadable-file', fileFailure(path, error).message);
    }
  }
  return { files, issues };
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
