import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cleanLaboratories } from '../../../src/lab/clean.ts';
import { notedLabs, startTimeOf } from '../../../src/lab/kept.ts';
import { openLab } from '../../../src/lab/open-lab.ts';
import { labMissing, until } from '../../differential/paths/namespaces.ts';
import { CLIENT_ONLY, printed, sendOne, twoNodes } from './networks.ts';

const missing = labMissing(['ip', 'nsenter', 'setpriv', 'unshare']);
const PROGRAM = fileURLToPath(new URL('./stand-in-command.ts', import.meta.url));
const TSX = import.meta.resolve('tsx');

/** A command that uses a laboratory without end, as `lab fuzz` does. */
function startCommand(...wrapper: string[]): ChildProcess {
  const argv = [...wrapper, process.execPath, '--import', TSX, PROGRAM];
  return spawn(argv[0] ?? '', argv.slice(1), { stdio: ['ignore', 'pipe', 'inherit'] });
}

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly netns: string;
}

function processes(): Process[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        if (state === 'Z') return [];
        const netns = readlinkSync(`/proc/${name}/ns/net`);
        return [{ pid: Number(name), parent: Number(parent), netns }];
      } catch {
        return [];
      }
    });
}

function descendants(pid: number): Process[] {
  const all = processes();
  const of = (parent: number): Process[] =>
    all.filter((one) => one.parent === parent).flatMap((one) => [one, ...of(one.pid)]);
  return of(pid);
}

/** Park and Miller's generator: the moments of a run can be repeated. */
function randomOf(seed: number): () => number {
  let state = seed % 2_147_483_647 || 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

const seed = Number(process.env.HOOKLINE_SEED ?? Date.now() % 1_000_000);

/** Others may keep laboratories on this machine meanwhile: cleaning is to leave them alone. */
const folder = mkdtempSync(join(tmpdir(), 'hookline-kept-'));
beforeAll(() => {
  process.env.HOOKLINE_RUN_DIR = folder;
});
afterAll(() => {
  delete process.env.HOOKLINE_RUN_DIR;
  rmSync(folder, { recursive: true });
});

describe.skipIf(missing !== null)(`a laboratory (${missing ?? 'as root'})`, () => {
  it.each(['command', 'host', 'unshare'])(
    `leaves nothing when its ${'%s'} is killed at any moment (seed ${seed})`,
    async (victim) => {
      const random = randomOf(seed + victim.length);
      let stood = 0;
      for (let i = 0; i < 4; i++) {
        const command = startCommand();
        const { pid } = command;
        if (pid === undefined) throw new Error('the command did not start');
        const end = new Promise((resolve) => command.once('exit', resolve));
        // From before the host is there to the middle of a flow.
        const steps = Math.floor(random() * 8);
        if (victim !== 'command' || steps > 0) await stepsOf(command, Math.max(steps, 1));
        await new Promise((resolve) => setTimeout(resolve, random() * (steps > 0 ? 30 : 300)));
        const made = descendants(pid);
        if (made.length > 1) stood++;
        const target = victim === 'command' ? pid : made[victim === 'unshare' ? 0 : 1]?.pid;
        if (target === undefined) throw new Error(`no ${victim}`);
        process.kill(target, 'SIGKILL');
        await end;
        await until('all processes to end', () => {
          const pids = new Set(processes().map((one) => one.pid));
          return made.every((one) => !pids.has(one.pid));
        });
        const spaces = new Set(made.map(({ netns }) => netns));
        spaces.delete(readlinkSync('/proc/self/ns/net'));
        expect(processes().filter(({ netns }) => spaces.has(netns))).toEqual([]);
      }
      expect(stood).toBeGreaterThan(0);
      expect(await mountsOf()).not.toContain('hookline');
    },
  );

  it('stands on its own when it was kept, until it is cleaned', async () => {
    const lab = await openLab({ mayStay: true });
    await lab.build(twoNodes({}, { listeners: [{ protocol: 'tcp', port: 80 }] }));
    const kept = await lab.keep();
    await expect(lab.run([])).rejects.toThrow('closed');
    expect(notedLabs()).toContainEqual(kept);
    const { parent } = processes().find(({ pid }) => pid === kept.pid) ?? {};
    expect(parent).toBeGreaterThan(0);
    const other = await openLab();
    const asked = ['ip', 'netns', 'exec', 'n1', 'bash', '-c', 'cat < /dev/tcp/10.0.0.2/80'];
    try {
      expect(await outside([...kept.enter, ...asked])).toContain('"namespace":"n2"');
      const { ended, failed } = await cleanLaboratories();
      expect(failed).toEqual([]);
      expect(ended).toContainEqual(kept);
      expect(startTimeOf(kept.pid)).toBe(null);
      expect(notedLabs()).not.toContainEqual(kept);
      // Cleaning leaves what is in use.
      expect(await other.run([])).toEqual([]);
    } finally {
      await other.close();
    }
  });

  it('that was killed while it watched leaves a trace instance, which is cleaned', async () => {
    const lab = await openLab();
    const other = await openLab();
    try {
      const instance = instanceOf(lab.pid);
      await lab.build(twoNodes());
      const observe = { ...CLIENT_ONLY, drops: true };
      const flows = [{ id: 'x', from: 'n1', protocol: 'icmp', to: '10.0.0.2', port: 0 }] as const;
      const [report] = await lab.send({ flows, observe });
      const watched = report?.blind.length === 0;
      await other.build(twoNodes());
      await other.send({ flows, observe });
      process.kill(lab.pid, 'SIGKILL');
      await lab.close();
      // The other one's is in use.
      const { instances } = await cleanLaboratories();
      expect(instances.includes(instance)).toBe(watched);
      expect(instances).not.toContain(instanceOf(other.pid));
    } finally {
      await other.close();
    }
  });

  it('that was kept ends with a signal', async () => {
    const lab = await openLab({ mayStay: true });
    const kept = await lab.keep();
    process.kill(kept.pid, 'SIGTERM');
    await until('the host to end', () => startTimeOf(kept.pid) === null);
    expect((await cleanLaboratories()).ended).toEqual([]);
    expect(notedLabs()).toEqual([]);
  });

  it('ends programs that a topology left in the background', async () => {
    const lab = await openLab();
    try {
      const background = ['sh', '-c', 'sleep 1000 & sleep 1000 &'];
      await lab.build(twoNodes({ commands: [background] }));
      const sleeping = async () =>
        (await printed(lab, null, 'ps', '-eo', 'args')).match(/^sleep 1000$/gm)?.length ?? 0;
      expect(await sleeping()).toBe(2);
      await lab.clear({});
      expect(await sleeping()).toBe(0);
    } finally {
      await lab.close();
    }
  });

  it('kills a command that does not end, and answers listeners meanwhile', async () => {
    const lab = await openLab();
    try {
      await lab.build(twoNodes({}, { listeners: [{ protocol: 'tcp', port: 80 }] }));
      const [slow] = await lab.run([{ namespace: 'n1', argv: ['sleep', '100'], timeout: 20 }]);
      expect(slow).toMatchObject({ status: null, stderr: 'ended by SIGKILL\n' });
      const asked = await printed(lab, 'n1', 'bash', '-c', 'cat < /dev/tcp/10.0.0.2/80');
      expect(asked).toContain('"namespace":"n2"');
    } finally {
      await lab.close();
    }
  });

  it('works for a user who is not root', async () => {
    const command = startCommand('setpriv', '--reuid=65534', '--regid=65534', '--clear-groups');
    const { pid } = command;
    try {
      const said = await stepsOf(command, 4);
      expect(said.slice(0, 4)).toEqual(['opened', 'built', 'sent connected', 'cleared']);
      expect(readFileSync(`/proc/${pid}/status`, 'utf8')).toMatch(/^Uid:\t65534\t/m);
    } finally {
      command.kill('SIGKILL');
    }
  });

  it('says so where a user may make no namespaces', async () => {
    // A changed root forbids user namespaces: kernel/user_namespace.c, create_user_ns().
    const command = startCommand(
      ...['unshare', '--mount', 'sh', '-c', 'mount --rbind / /mnt && exec "$@"', 'sh'],
      ...['chroot', '--userspec=65534:65534', '--groups=', '/mnt'],
    );
    expect(await stepsOf(command, 1)).toEqual([
      expect.stringMatching(/^LabError .*unshare.*Operation not permitted/),
    ]);
  });

  it('keeps nothing of one flow for the next', async () => {
    const lab = await openLab();
    try {
      await lab.build(twoNodes({}, { listeners: [{ protocol: 'udp', port: 53 }] }));
      const flow = { from: 'n1', protocol: 'udp', to: '10.0.0.2', port: 53 } as const;
      const [one, two] = [await sendOne(lab, flow), await sendOne(lab, flow)];
      expect(one.client.local?.port).not.toBe(two.client.local?.port);
    } finally {
      await lab.close();
    }
  });
});

/** The name of a laboratory's trace instance. */
function instanceOf(pid: number): string {
  return `hookline-${/\d+/.exec(readlinkSync(`/proc/${pid}/ns/pid`))?.[0]}`;
}

/** Waits for lines of a command's output, or its end. */
function stepsOf(command: ChildProcess, wanted: number): Promise<string[]> {
  return new Promise((resolve) => {
    let text = '';
    const lines = (): string[] => text.split('\n').slice(0, -1);
    command.stdout?.on('data', (data: Buffer) => {
      text += data;
      if (lines().length >= wanted) resolve(lines());
    });
    command.once('close', () => resolve(lines()));
  });
}

function outside(argv: readonly string[]): Promise<string> {
  const child = spawn(argv[0] ?? '', argv.slice(1), { stdio: ['ignore', 'pipe', 'inherit'] });
  return new Promise((resolve) => {
    let text = '';
    child.stdout.on('data', (data: Buffer) => {
      text += data;
    });
    child.once('close', () => resolve(text));
  });
}

function mountsOf(): Promise<string> {
  return outside(['cat', '/proc/self/mounts']);
}
