#!/usr/bin/env node
import { existsSync } from 'node:fs';

const main = new URL('../dist/cli/main.js', import.meta.url);
if (existsSync(main)) {
  await import(main.href).then((module) => module.runProgram());
} else {
  process.stderr.write('hookline: not built yet; run: npm ci && npm run build\n');
  process.exitCode = 70;
}
