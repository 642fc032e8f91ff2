import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';

const ROOT = join(import.meta.dirname, '..', 'golden');
const UPDATE = process.env.HOOKLINE_UPDATE_GOLDEN === '1';

/** Compares a text with its golden file; `npm run golden:update` writes it. A missing file fails. */
export function expectGolden(folder: string, name: string, text: string): void {
  const path = join(ROOT, folder, `${name}.txt`);
  if (UPDATE) {
    mkdirSync(join(ROOT, folder), { recursive: true });
    writeFileSync(path, text);
  }
  expect(existsSync(path), `${path} is missing; run npm run golden:update`).toBe(true);
  expect(text).toBe(readFileSync(path, 'utf8'));
}

/** The names of a folder's golden files: one that no test compares is an orphan. */
export function goldenNames(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.txt'))
    .map((name) => name.slice(0, -'.txt'.length))
    .sort();
}
