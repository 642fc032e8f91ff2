import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { architectureBreaches } from './support/architecture-rules.ts';
import { LAYERS } from './support/layers.ts';
import { readSources, type SourceText, sourceFacts } from './support/source-file.ts';

function breaches(...sources: readonly (readonly [path: string, text: string])[]): string[] {
  return architectureBreaches(
    sources.map(([path, text]): SourceText => ({ path, text })).map(sourceFacts),
  );
}

describe('the architecture', () => {
  it('holds in every source file', () => {
    const sources = readSources(['src', 'test', 'scripts', 'bench']);
    expect(sources.length).toBeGreaterThan(20);
    expect(architectureBreaches(sources.map(sourceFacts))).toEqual([]);
  });

  it('has the layers that ARCHITECTURE.md lists', () => {
    const listed = [...readFileSync('ARCHITECTURE.md', 'utf8').matchAll(/^\| (`src\/.*?`) \|/gm)]
      .flatMap(([, cell = '']) => cell.split(', '))
      .map((name) => name.replace(/`|src\//g, ''));
    expect(listed.sort()).toEqual(Object.keys(LAYERS).sort());
  });
});

describe('the architecture test', () => {
  it.each<[what: string, path: string, text: string, breach: string]>([
    [
      'a layer that imports one above it',
      'src/packet/a.ts',
      "import { x } from '../kernel/b.ts';",
      'src/packet/a.ts:1: imports ../kernel/b.ts (packet may import linux)',
    ],
    [
      'a type import of a layer above',
      'src/trace/a.ts',
      "\nimport type { X } from '../evidence/b.ts';",
      'src/trace/a.ts:2: imports ../evidence/b.ts (trace may import linux, packet, kernel)',
    ],
    [
      'an import() of a layer above',
      'src/linux/a.ts',
      "export const f = () => import('../packet/b.ts');",
      'src/linux/a.ts:1: imports ../packet/b.ts (linux may import nothing)',
    ],
    [
      'a lab that reaches the model it judges',
      'src/lab/a.ts',
      "import { x } from '../kernel/output.ts';",
      'src/lab/a.ts:1: imports ../kernel/output.ts (lab may import linux, packet, evidence)',
    ],
    [
      'a report that imports values of the kernel',
      'src/report/a.ts',
      "import { OPEN_QUESTION, type Question } from '../kernel/decide.ts';",
      'src/report/a.ts:1: imports ../kernel/decide.ts (report may import only types of kernel)',
    ],
    [
      'a kernel folder that imports a later one',
      'src/kernel/routing/a.ts',
      "import type { X } from '../netfilter/b.ts';",
      'src/kernel/routing/a.ts:1: imports ../netfilter/b.ts (device <- routing <- conntrack <- netfilter <- paths)',
    ],
    [
      'a kernel folder that imports a path',
      'src/kernel/netfilter/a.ts',
      "import { output } from '../output.ts';",
      'src/kernel/netfilter/a.ts:1: imports ../output.ts (device <- routing <- conntrack <- netfilter <- paths)',
    ],
    [
      'a contract that imports values',
      'src/kernel/skb.ts',
      "import { x } from './conntrack/b.ts';",
      'src/kernel/skb.ts:1: imports ./conntrack/b.ts (device <- routing <- conntrack <- netfilter <- paths)',
    ],
    [
      'a pure layer that reads files',
      'src/snapshot/a.ts',
      "import { readFileSync } from 'node:fs';",
      'src/snapshot/a.ts:1: imports node:fs (snapshot is pure)',
    ],
    [
      'a package where it is not allowed',
      'src/kernel/output.ts',
      "import { z } from 'zod';",
      'src/kernel/output.ts:1: imports zod (kernel may not use this package)',
    ],
    [
      'a console in a pure layer',
      'src/report/a.ts',
      'console.log(1);',
      'src/report/a.ts:1: console (report has no console, clock, randomness or process)',
    ],
    [
      'a clock in a pure layer',
      'src/evidence/a.ts',
      'export const now = () => new Date();',
      'src/evidence/a.ts:1: Date (evidence has no console, clock, randomness or process)',
    ],
    [
      'randomness in a pure layer',
      'src/kernel/output.ts',
      'export const r = () => Math.random();',
      'src/kernel/output.ts:1: Math.random (kernel has no console, clock, randomness or process)',
    ],
    [
      'a process started elsewhere',
      'src/cli/a.ts',
      "import { spawn } from 'node:child_process';",
      'src/cli/a.ts:1: imports node:child_process (only src/probe/exec.ts and src/lab/exec.ts start processes)',
    ],
    [
      'a barrel file',
      'src/packet/a.ts',
      "export { x } from './b.ts';",
      'src/packet/a.ts:1: re-exports ./b.ts (only src/index.ts does)',
    ],
    [
      'a name in camel case',
      'src/packet/headerDiff.ts',
      '',
      'src/packet/headerDiff.ts:1: name (files and folders are kebab-case)',
    ],
    [
      'a file that grew too long',
      'src/packet/a.ts',
      '\n'.repeat(601),
      'src/packet/a.ts:600: 601 lines (a file has at most 600)',
    ],
    [
      'a test that is left out',
      'test/a.test.ts',
      "it.only('x', () => {});",
      'test/a.test.ts:1: it.only (every test runs)',
    ],
    [
      'a unit test that depends on the machine',
      'src/kernel/a.test.ts',
      "describe.skipIf(true)('x', () => {});",
      'src/kernel/a.test.ts:1: describe.skipIf (only tests of the lab may depend on the machine)',
    ],
    [
      'a layer that nobody knows',
      'src/misc/a.ts',
      '',
      'src/misc/a.ts:1: layer misc (not in the table of ARCHITECTURE.md)',
    ],
  ])('finds %s', (_what, path, text, breach) => {
    expect(breaches([path, text])).toEqual([breach]);
  });

  it('finds a cycle of values and leaves a cycle of types alone', () => {
    const a = ['src/packet/a.ts', "import { b } from './b.ts';"] as const;
    expect(breaches(a, ['src/packet/b.ts', "import type { A } from './a.ts';"])).toEqual([]);
    expect(breaches(a, ['src/packet/b.ts', "import { a } from './a.ts';"])).toEqual([
      'src/packet/a.ts:1: import cycle src/packet/a.ts -> src/packet/b.ts -> src/packet/a.ts (imports of values have no cycles)',
    ]);
  });

  it.each<[what: string, path: string, text: string]>([
    [
      'types of the kernel in a report',
      'src/report/a.ts',
      "import type { S } from '../kernel/step.ts';",
    ],
    [
      'the raw files of a snapshot in the lab',
      'src/lab/a.ts',
      "import { S } from '../snapshot/source.ts';",
    ],
    ['a computed date', 'src/evidence/a.ts', 'export const t = Date.UTC(2017, 2, 31);'],
    [
      'a member named like a global',
      'src/evidence/a.ts',
      'export const f = (x: { process: 1 }) => x.process;',
    ],
    [
      'a contract that names types of the folders',
      'src/kernel/step.ts',
      "import type { R } from './netfilter/verdict.ts';",
    ],
    [
      'a test that imports what it likes',
      'src/linux/a.test.ts',
      "import { x } from '../kernel/output.ts';",
    ],
    ['a lab test that needs root', 'src/lab/a.test.ts', "describe.skipIf(!root)('x', () => {});"],
  ])('allows %s', (_what, path, text) => {
    expect(breaches([path, text])).toEqual([]);
  });
});
