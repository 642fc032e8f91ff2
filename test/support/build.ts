import { spawnSync } from 'node:child_process';

/** Builds `dist/` once before tests that start the program. */
export default function setup(): void {
  const compiler = 'node_modules/@typescript/native/bin/tsc';
  const { status, stdout } = spawnSync('node', [compiler, '-p', 'tsconfig.build.json'], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`The build failed, so the program was not tested:\n${stdout}`);
}
