import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type GivenFacts, parseGivenFacts } from '../diagnosis/infer/given-facts.ts';
import type { Evidence } from '../evidence/evidence.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { fileFailure, inputFailure, usageFailure } from './failure.ts';
import type { Io } from './io.ts';
import { isFolder, loadEvidence } from './load-evidence.ts';
import { printIssues } from './print-issues.ts';
import { isTar } from './read-tar.ts';
import { listFiles } from './snapshot-files.ts';

/** What the paths of `diagnose` hold. */
export interface DiagnosisInput {
  readonly snapshot: Snapshot | null;
  readonly evidence: Evidence | null;
}

const SNAPSHOT_FILE = /^nodes\/[^/]+\//;
const EVIDENCE_FILE = /^evidence\//;

/**
 * Sorts paths by what they hold: a folder with `nodes/` is a snapshot, whose own `evidence/` is
 * read with it; a tar is a snapshot too; everything else is evidence.
 */
export async function loadDiagnosisInput(
  paths: readonly string[],
  io: Io,
): Promise<DiagnosisInput> {
  const evidence: string[] = [];
  let folder: string | null = null;
  for (const path of paths) {
    const inside = path !== '-' && (await isFolder(path)) ? await listFiles(path) : [];
    const packed = path !== '-' && inside.length === 0 && (await isTar(path));
    if (!packed && !inside.some((file) => SNAPSHOT_FILE.test(file))) {
      evidence.push(path);
      continue;
    }
    if (folder !== null) throw usageFailure(`two snapshots: ${folder} and ${path}`);
    folder = path;
    if (inside.some((file) => EVIDENCE_FILE.test(file))) evidence.push(join(path, 'evidence'));
  }
  return {
    snapshot:
      folder === null ? null : await (await import('./load-snapshot.ts')).loadSnapshot(folder, io),
    evidence: evidence.length === 0 ? null : await loadEvidence(evidence, io),
  };
}

/** Reads a `--facts` file; what of it cannot be used is told and left out. */
export async function loadGivenFacts(path: string, io: Io): Promise<GivenFacts> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw fileFailure(path, error);
  }
  const { value, issues } = parseGivenFacts(text, path);
  if (issues.some(({ code }) => code === 'facts-not-json-object')) {
    throw inputFailure(path, 'not a JSON object');
  }
  printIssues(io, '', issues);
  return value;
}
