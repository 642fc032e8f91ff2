import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { EvidencePart } from '../../../src/evidence/part.ts';
import { readEvidenceFile } from '../../../src/evidence/read-evidence-file.ts';

const CORPUS = 'test/evidence/corpus/text';

/** All files of the text corpus below a folder, by their paths in it. */
export function corpusFiles(folder = ''): readonly string[] {
  const at = join(CORPUS, folder);
  return readdirSync(at, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.txt'))
    .map((entry) => relative(CORPUS, join(entry.parentPath, entry.name)))
    .sort();
}

export function corpusText(path: string): string {
  return readFileSync(join(CORPUS, path), 'utf8');
}

export function readCorpus(path: string): EvidencePart {
  return readEvidenceFile(readFileSync(join(CORPUS, path)), path).value;
}

/** Rows of a table with tabs. */
export function corpusTable(path: string): readonly (readonly string[])[] {
  return corpusText(path)
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'));
}
