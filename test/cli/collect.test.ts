import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { packTar } from 'modern-tar';
import { describe, expect, it } from 'vitest';
import { collectSchema } from '../../src/cli/schema/collect.ts';
import { expectRefusal, folderOf, hookline, SEED } from './built.ts';
import type { Result } from './run.ts';

/**
 * A PATH with an `ssh` that runs what it is told on this machine, as a node with the host's name.
 * Host `gone` refuses; `garbage`, `cut` and `evil` answer with what they are named after.
 */
function withSsh(): NodeJS.ProcessEnv & { readonly LOG: string } {
  const folder = folderOf({
    ssh: `#!/bin/sh
echo "$*" >>"$LOG"
while [ "$1" != -- ]; do shift; done
host=$2 command=$3
case $host in
  gone) echo 'ssh: connect to host gone port 22: Connection refused' >&2; exit 255 ;;
  garbage) echo hello ;;
  cut) sh -c "$command --node cut" | head -c 20000 ;;
  evil) cat "$EVIL" ;;
  *) exec sh -c "$command --node $host" ;;
esac
`,
  });
  chmodSync(join(folder, 'ssh'), 0o755);
  return {
    ...process.env,
    PATH: `${folder}:${process.env.PATH}`,
    LOG: join(folder, 'log'),
    EVIL: join(folder, 'evil.tar'),
  };
}

function collect(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Result {
  const { status, stdout, stderr } = spawnSync(
    'node',
    ['bin/hookline.js', 'collect', '--no-netns', '--quick', ...args],
    { encoding: 'utf8', env, maxBuffer: 1 << 28 },
  );
  return { exit: status ?? -1, stdout, stderr };
}

describe('hookline collect', () => {
  it('prints its script', () => {
    const { exit, stdout } = hookline(['collect', '--print-script']);
    expect({ exit, stdout }).toEqual({
      exit: 0,
      stdout: readFileSync('bin/hookline-collect', 'utf8'),
    });
  });

  it('collects this node: where, what is unknown, what next', () => {
    const out = join(folderOf({}), 'snapshot');
    const { exit, stdout, stderr } = collect(['--node', 'here', '--output', out]);
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' });
    const [first, ...rest] = stdout.split('\n');
    expect(first).toMatch(/^\S+\/snapshot: here; (?:nothing is unknown|\d+ facts? unknown)$/);
    expect(rest.at(-2)).toBe(`  hookline trace ${out} --from here --to ADDRESS:PORT`);
    const trace = hookline(['trace', out, '--from', 'here', '--to', '127.0.0.1:9']);
    expect(trace.stdout).toContain('here -> 127.0.0.1:9 tcp');
  });

  it.each(['n1.tar', 'n1.tar.gz'])('writes %s, which every command reads', (name) => {
    const file = join(folderOf({}), name);
    expect(collect(['--node', 'here', '--tar', file]).exit).toBe(0);
    expect(readdirSync(join(file, '..'))).toEqual([name]);
    const { stdout, stderr } = hookline(['trace', file, '--from', 'here', '--to', '127.0.0.1:9']);
    expect(stdout).toContain('here -> 127.0.0.1:9 tcp');
    expect(stderr).toBe('');
    const { stdout: listed } = spawnSync('tar', ['-tf', file], { encoding: 'utf8' });
    expect(listed).toContain('nodes/here/ip-addr.json\n');
  });

  it('writes a tar to its output, and what it says elsewhere', () => {
    const { status, stdout, stderr } = spawnSync(
      'node',
      ['bin/hookline.js', 'collect', '--no-netns', '--quick', '--node', 'here', '--tar', '-'],
      { maxBuffer: 1 << 28 },
    );
    const { stdout: listed } = spawnSync('tar', ['-t'], { input: stdout, encoding: 'utf8' });
    expect(status).toBe(0);
    expect(listed).toContain('nodes/here/ip-addr.json\n');
    expect(stderr.toString()).toMatch(/^standard output: here; /);
  });

  it('prints JSON as its schema says', () => {
    const out = join(folderOf({}), 'snapshot');
    const result = collectSchema.parse(
      JSON.parse(collect(['--node', 'here', '--output', out, '--json']).stdout),
    );
    expect(result).toMatchObject({
      snapshot: out,
      nodes: [{ node: 'here', host: null, netns: [] }],
    });
  });

  it('never replaces a node that is there', () => {
    const out = folderOf({ 'nodes/here/uname.txt': 'mine' });
    expectRefusal(collect(['--node', 'here', '--output', out]), 65, 'is there already');
    expect(readFileSync(join(out, 'nodes/here/uname.txt'), 'utf8')).toBe('mine');
    expect(readdirSync(out)).toEqual(['nodes']);
  });

  it.each<[what: string, args: readonly string[], words: string]>([
    ['two places', ['--output', 'a', '--tar', 'b'], 'contradict each other'],
    ['a time that is none', ['--timeout', '0'], 'not a number of seconds'],
    ['an option as a host', ['--ssh', '-oProxyCommand=x'], 'not a host'],
    ['one name for two hosts', ['--ssh', 'a', '--ssh', 'b', '--node', 'x'], 'several hosts'],
    ['a node outside', ['--node', '../x'], 'not a name for a folder'],
    ['sudo on this machine', ['--sudo'], '--sudo needs --ssh'],
    ['an unknown option', ['--ouput', 'x'], 'Did you mean --output?'],
  ])('refuses %s', (_what, args, words) => {
    expectRefusal(collect(args), 64, words);
  });

  it('says what cannot be written', () => {
    const file = join(folderOf({ file: '' }), 'file');
    expectRefusal(collect(['--output', `${file}/below`]), 65, 'cannot be written: ENOTDIR');
    expect(readFileSync(file, 'utf8')).toBe('');
  });
});

describe('hookline collect --ssh', () => {
  it('puts several hosts into one snapshot, and adds others later', () => {
    const env = withSsh();
    const out = join(folderOf({}), 'snapshot');
    const both = collect(['--ssh', 'n1', '--ssh', 'n2', '--output', out], env);
    expect({ exit: both.exit, stderr: both.stderr }).toEqual({ exit: 0, stderr: '' });
    expect(both.stdout).toMatch(/^\S+\/snapshot: n1, n2; /);
    expect(collect(['--ssh', 'n3', '--sudo', '--output', out], env).exit).not.toBe(64);
    expect(readdirSync(join(out, 'nodes')).slice(0, 2)).toEqual(['n1', 'n2']);
    expect(readdirSync(out).sort()).toEqual(['nodes', 'snapshot.json']);
    const [first = '', , third] = readFileSync(env.LOG, 'utf8').trim().split('\n');
    // Several hosts cannot all ask for a password.
    expect(first).toMatch(/^-T -o BatchMode=yes -- n[12] sh -s -- --tar=- --with-parent /);
    expect(third).toMatch(/^-T -- n3 sudo -n sh -s -- --tar=- /);
  });

  it('keeps what came whole, and names what did not', () => {
    const env = withSsh();
    const out = join(folderOf({}), 'snapshot');
    const hosts = ['n1', 'gone', 'garbage', 'cut'].flatMap((host) => ['--ssh', host]);
    const { exit, stdout } = collect([...hosts, '--output', out, '--json'], env);
    const result = collectSchema.parse(JSON.parse(stdout));
    expect(exit).toBe(65);
    expect(result.failed.map(({ host, why }) => `${host}: ${why}`)).toEqual([
      'gone: ssh: connect to host gone port 22: Connection refused',
      expect.stringMatching(/^garbage: /),
      'cut: the archive ends too early',
    ]);
    expect(readdirSync(join(out, 'nodes'))).toEqual(['n1']);
  });

  it('writes nothing when nothing came', () => {
    const out = join(folderOf({}), 'snapshot');
    const refused = collect(['--ssh', 'gone', '--output', out], withSsh());
    expectRefusal(refused, 65, 'gone: ssh: connect to host gone port 22: Connection refused');
    expect(existsSync(out)).toBe(false);
  });

  it.each(['../../evil', '/tmp/evil', 'nodes/evil/../../../evil', 'nodes/evil/netns/.ssh/x'])(
    'takes no file %s from a host',
    async (name) => {
      const env = withSsh();
      const text = '# end\n';
      const entry = (path: string) => ({ header: { name: path, size: text.length }, body: text });
      writeFileSync(
        String(env.EVIL),
        await packTar([entry('nodes/evil/collect.log'), entry(name)]),
      );
      const out = join(folderOf({}), 'snapshot');
      expectRefusal(collect(['--ssh', 'evil', '--output', out], env), 65, "no snapshot's");
      expect(existsSync(out)).toBe(false);
    },
  );
});

describe('hookline collect that is interrupted', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)('by %s leaves nothing', async (signal) => {
    const tools = folderOf({
      ip: '#!/bin/sh\n: >"$HANGS"\nexec sleep 1000\n',
    });
    chmodSync(join(tools, 'ip'), 0o755);
    const out = folderOf({});
    const temporary = join(out, 'tmp');
    mkdirSync(temporary);
    const hangs = join(tools, 'hangs');
    const child = spawn(
      'node',
      ['bin/hookline.js', 'collect', '--no-netns', '--output', join(out, 'snapshot')],
      {
        stdio: 'ignore',
        // A process group of its own, as a terminal gives to a command.
        detached: true,
        env: {
          ...process.env,
          PATH: `${tools}:${process.env.PATH}`,
          HANGS: hangs,
          TMPDIR: temporary,
        },
      },
    );
    const ended = new Promise((resolve) => child.once('exit', resolve));
    await until('the command that hangs', () => existsSync(hangs));
    const group = child.pid ?? 0;
    expect(groupMembers(group).length).toBeGreaterThan(3);
    // Ctrl-C reaches the whole group, the others this process only.
    process.kill(signal === 'SIGINT' ? -group : group, signal);
    await ended;
    await until('the end of its processes', () => groupMembers(group).length === 0);
    expect(readdirSync(temporary)).toEqual([]);
    expect(existsSync(join(out, 'snapshot'))).toBe(false);
  });
});

/** Processes of a process group, from /proc: field 5 of `stat`, after the name in brackets. */
function groupMembers(group: number): readonly string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      const [state, , own] =
        readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
      return Number(own) === group && state !== 'Z';
    } catch {
      return false;
    }
  });
}

async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`waited for ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('a tar as a snapshot', () => {
  const flow = ['--from', 'n1', '--to', '10.96.10.2:80'];
  const packed = (...options: readonly string[]): Buffer =>
    spawnSync('tar', ['-c', ...options], { maxBuffer: 1 << 28 }).stdout;

  it.each([
    ['of the folder', () => packed('-C', SEED, '.')],
    [
      'with a folder around it',
      () => packed('-C', 'test/recorded', SEED.replace('test/recorded/', '')),
    ],
    ['compressed', () => packed('-z', '-C', SEED, '.')],
  ])('%s gives the same trace as the folder', (_what, tar) => {
    const file = join(folderOf({ 's.tar': tar() }), 's.tar');
    const folder = hookline(['trace', SEED, ...flow, '--level', 'minimal']);
    expect(hookline(['trace', file, ...flow, '--level', 'minimal'])).toEqual(folder);
    expect(folder.stdout).toContain('timeout');
  });

  it('that was cut off gives one issue, and what is whole is used', () => {
    const file = join(
      folderOf({ 's.tar': packed('-C', SEED, '--sort=name', '.').subarray(0, 150_000) }),
      's.tar',
    );
    const { stdout, stderr } = hookline(['trace', file, ...flow]);
    expect(stderr.split('\n').filter((line) => line.includes('cut off archive'))).toHaveLength(1);
    expect(stderr).toContain(`${file}/`);
    expect(stdout).toContain('n1 -> 10.96.10.2:80 tcp');
  });

  it('is taken by diagnose too', () => {
    const file = join(folderOf({ 's.tar': packed('-C', SEED, 'nodes') }), 's.tar');
    const { stdout } = hookline(['diagnose', file, ...flow, '--level', 'minimal']);
    expect(stdout).toContain('rp-filter-strict');
  });

  it('is refused when it holds none', () => {
    const file = join(folderOf({ 's.tar': packed('-C', 'docs', '.') }), 's.tar');
    expectRefusal(hookline(['trace', file, ...flow]), 65, 'no snapshot here');
  });
});
