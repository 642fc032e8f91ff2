import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const PAGE = readFileSync('ARCHITECTURE.md', 'utf8');

/** What git leaves out, and what tools make. */
const NOT_OURS = new Set(['node_modules', 'dist', 'coverage', '.git', '.bench']);

function folders(of: string): string[] {
  return readdirSync(of, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !NOT_OURS.has(entry.name))
    .map((entry) => entry.name);
}

it.each([
  ['.', ''],
  ['src', 'src/'],
  ['src/report', ''],
  ['test', 'test/'],
])('ARCHITECTURE.md names every folder of %s', (of, prefix) => {
  const ours = folders(of).filter((name) => of !== '.' || (name !== 'src' && name !== 'test'));
  expect(ours.length).toBeGreaterThan(3);
  expect(ours.filter((name) => !PAGE.includes(`\`${prefix}${name}\``))).toEqual([]);
});
