import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/**
 * Builds `dist/` once before tests that start the program. Types are checked elsewhere: a file
 * that somebody is working on must not keep the program from being tested.
 */
export default function setup(): void {
  const compiler = 'node_modules/@typescript/native/bin/tsc';
  const { stdout } = spawnSync('node', [compiler, '-p', 'tsconfig.build.json'], {
    encoding: 'utf8',
  });
  if (!existsSync('dist/cli/main.js')) throw new Error(`Nothing was built:\n${stdout}`);
}
