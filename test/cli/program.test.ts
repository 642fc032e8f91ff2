import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { explainSchema } from '../../src/cli/schema/explain.ts';
import { VERSION } from '../../src/cli/version.ts';
import { run } from './run.ts';

function oneLine(stderr: string): void {
  expect(stderr).toMatch(/^hookline: [^\n]+\n$/);
}

describe('hookline', () => {
  it('has the version of the package', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(VERSION).toBe(version);
    expect((await run(['--version'])).stdout).toBe(`${version}\n`);
  });

  it('lists its commands and exit codes', async () => {
    const { exit, stdout } = await run(['--help']);
    expect(exit).toBe(0);
    expect(stdout).toContain('explain [options] <word>');
    expect(stdout).toContain('Exit codes: 0 reachable');
  });

  it.each([
    [['help'], 'Usage: hookline [options] [command]'],
    [['help', 'trace'], 'Usage: hookline trace [options] <snapshot>'],
    [['help', 'lab', 'run'], 'Usage: hookline lab run [options] <incident>'],
  ])('prints the help that %j asks for', async (argv, first) => {
    const { exit, stdout } = await run(argv);
    expect(exit).toBe(0);
    expect(stdout.split('\n')[0]).toBe(first);
  });

  it('has no help for a command that is not there', async () => {
    const { exit, stdout, stderr } = await run(['help', 'lab', 'rnu']);
    expect({ exit, stdout }).toEqual({ exit: 64, stdout: '' });
    oneLine(stderr);
  });

  it.each([
    [['explian', 'x'], 'explain'],
    [['explain', '--jsno', 'IP_RPFILTER'], '--json'],
  ])('answers %j with one line that names what is near', async (argv, near) => {
    const { exit, stdout, stderr } = await run(argv);
    expect(exit).toBe(64);
    expect(stdout).toBe('');
    oneLine(stderr);
    expect(stderr).toContain(near);
  });

  it('needs a command', async () => {
    const { exit, stderr } = await run([]);
    expect(exit).toBe(64);
    expect(stderr).toContain('Usage: hookline');
  });
});

describe('hookline explain', () => {
  it('explains a drop reason', async () => {
    const { exit, stdout } = await run(['explain', 'IP_RPFILTER']);
    expect(exit).toBe(0);
    expect(stdout).toContain('fib_validate_source()');
  });

  it('prints JSON', async () => {
    const { stdout } = await run(['explain', 'nat', '--json']);
    expect(explainSchema.safeParse(JSON.parse(stdout)).error).toBeUndefined();
    expect(JSON.parse(stdout)).toMatchObject({
      schema: 'hookline/explain/v1',
      entries: [{ term: 'nat', kind: 'table' }],
    });
  });

  it('names what is near an unknown word', async () => {
    const { exit, stderr } = await run(['explain', 'IP_RPFLITER']);
    expect(exit).toBe(64);
    oneLine(stderr);
    expect(stderr).toContain('IP_RPFILTER');
  });
});

describe('hookline schema', () => {
  it.each([
    'trace',
    'diagnosis',
    'evidence',
    'compare',
    'collect',
    'replay',
    'lab-run',
    'lab-verify',
    'lab-fuzz',
    'lab-clean',
    'explain',
  ])('prints that of %s', async (subject) => {
    const { exit, stdout } = await run(['schema', subject]);
    expect(exit).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      properties: { schema: { const: `hookline/${subject}/v1` } },
    });
  });

  it('refuses a subject it does not have', async () => {
    const { exit, stderr } = await run(['schema', 'traec']);
    expect(exit).toBe(64);
    oneLine(stderr);
  });
});

describe('the installed program', () => {
  const start = (args: readonly string[]) =>
    spawnSync('node', ['bin/hookline.js', ...args], { encoding: 'utf8' });

  it('starts, and leaves with the exit code of its command', () => {
    expect(start(['explain', 'IP_RPFILTER'])).toMatchObject({ status: 0, stderr: '' });
    expect(start(['explain', 'wat'])).toMatchObject({ status: 64, stdout: '' });
  });

  it('does not mind a reader that has seen enough', () => {
    const { status, stderr } = spawnSync(
      'sh',
      ['-c', 'node bin/hookline.js schema diagnosis | head -n 1'],
      { encoding: 'utf8' },
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it('prints a completion script and completes commands', () => {
    expect(start(['completion', 'bash']).stdout).toContain('complete');
    expect(start(['complete', '--', 'exp']).stdout).toContain('explain');
  });

  it('never colours what is not read by a terminal', () => {
    expect(start(['explain', 'nat']).stdout).not.toContain('\u001b');
  });
});
