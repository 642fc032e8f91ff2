import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect } from 'vitest';
import type { Result } from './run.ts';

/** The rebuilt founding incident: two nodes, flannel's udp backend, strict rp_filter. */
export const SEED = 'test/recorded/seed-udp-nomasq-rpf1';

/** Runs the built program as a user does. */
export function hookline(args: readonly string[], stdin: string | Uint8Array = ''): Result {
  const { status, stdout, stderr } = spawnSync('node', ['bin/hookline.js', ...args], {
    input: stdin,
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  });
  return { exit: status ?? -1, stdout, stderr };
}

/** The command line is refused with this code and one line, and nothing is printed. */
export function expectRefusal(result: Result, exit: 64 | 65, words: string): void {
  expect(result.stderr).toMatch(/^hookline: [^\n]+\n$/);
  expect(result.stderr).toContain(words);
  expect(result).toMatchObject({ exit, stdout: '' });
}

/** Makes a temporary folder with these files; it is removed after the test file. */
export function folderOf(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'hookline-test-'));
  folders.push(folder);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
