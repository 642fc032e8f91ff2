import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { firstMismatch, shownCommands } from './console-blocks.ts';

const PAGES = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  ...readdirSync('docs').flatMap((name) => (name.endsWith('.md') ? [`docs/${name}`] : [])),
];

/** `hookline` on the path, as after an installation. */
const bin = mkdtempSync(join(tmpdir(), 'hookline-bin-'));
symlinkSync(join(process.cwd(), 'bin/hookline.js'), join(bin, 'hookline'));
afterAll(() => rmSync(bin, { recursive: true, force: true }));

const COMMANDS = PAGES.flatMap((page) => shownCommands(page, readFileSync(page, 'utf8')));

describe('the pages', () => {
  it('show commands that are run here', () => {
    expect(COMMANDS.filter(({ page }) => page === 'README.md').length).toBeGreaterThan(5);
  });

  it.each(COMMANDS)('$page:$line $command', ({ command, output, exit }) => {
    const result = spawnSync('sh', ['-c', command], {
      encoding: 'utf8',
      env: { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}`, NO_COLOR: '1' },
    });
    const real = `${result.stdout}${result.stderr}`.split('\n');
    expect({ exit: result.status, mismatch: firstMismatch(output, real) }).toEqual({
      exit,
      mismatch: null,
    });
  });

  it.each(PAGES)('%s links only to files that exist', (page) => {
    const text = readFileSync(page, 'utf8').replace(/```[\s\S]*?```/g, '');
    const links = [...text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(([, link = '']) => link);
    const missing = links.filter((link) => {
      const folder = page.includes('/') ? page.replace(/[^/]*$/, '') : '';
      return !existsSync(join(folder, link));
    });
    expect(missing).toEqual([]);
  });
});

/** What a page tells people to run on their nodes is not run here, but a shell must take it. */
const SCRIPTS = PAGES.flatMap((page) =>
  [...readFileSync(page, 'utf8').matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(
    ([, script = '']): readonly [string, string] => [page, script],
  ),
);

describe('the scripts of the pages', () => {
  it.each(SCRIPTS)('%s: a shell reads %j', (_page, script) => {
    const { status, stderr } = spawnSync('sh', ['-n'], { input: script, encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it("start with the README's two commands, which are there", () => {
    const [first] = SCRIPTS.filter(([page]) => page === 'README.md');
    expect(first?.[1]).toBe('sh scripts/start\nnpm test\n');
    expect(existsSync('scripts/start')).toBe(true);
  });
});

describe('what a page shows', () => {
  it.each<[what: string, shown: readonly string[], real: readonly string[], found: string | null]>([
    ['is the output', ['a', 'b'], ['a', 'b', ''], null],
    ['leaves lines out at the end', ['a', '...'], ['a', 'b'], null],
    ['leaves lines out between', ['a', '...', 'c'], ['a', 'b', 'c', ''], null],
    ['has another line', ['a', 'x'], ['a', 'b'], 'x'],
    ['lacks the end', ['a'], ['a', 'b'], '(the page ends, the output goes on: b)'],
    ['has lines in another order', ['...', 'b', '...', 'a', '...'], ['a', 'b'], 'a'],
  ])('%s', (_what, shown, real, found) => {
    expect(firstMismatch(shown, real)).toBe(found);
  });
});
