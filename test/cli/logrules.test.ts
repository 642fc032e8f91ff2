import { describe, expect, it } from 'vitest';
import { logRulesSchema } from '../../src/cli/schema/logrules.ts';
import { SEED } from './built.ts';
import { run } from './run.ts';

const FLOW = ['logrules', '--snapshot', SEED, '--from', 'n1', '--to', 'svc/prod/one-remote'];

describe('hookline logrules', () => {
  it('says first what it would log and where, and that nothing was done', async () => {
    const { stdout, exit } = await run(FLOW);
    expect(exit).toBe(0);
    expect(stdout.replaceAll('\n# ', ' ')).toContain(
      '10.96.10.2:80, translated to 10.244.2.12:8080, and back, on n1, n2. Nothing has been inserted',
    );
  });

  it('prints text whose every line is a comment or a command that its undo takes back', async () => {
    const { stdout } = await run([...FLOW, '--node', 'n1', '--add']);
    const undo = await run([...FLOW, '--node', 'n1', '--undo']);
    const commands = (text: string) =>
      text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    expect(commands(stdout).every((line) => line.startsWith('iptables-nft -w -t '))).toBe(true);
    expect(commands(undo.stdout)).toEqual(
      commands(stdout).map((line) => line.replace(' -I ', ' -D ')),
    );
  });

  it('prints JSON that fits its schema', async () => {
    const { stdout } = await run([...FLOW, '--pods', '--json']);
    const plan = logRulesSchema.parse(JSON.parse(stdout));
    expect(plan.sections.map(({ node, netns }) => [node, netns])).toEqual([
      ['n1', null],
      ['n2', null],
      ['n2', 'web12'],
    ]);
    const pod = plan.sections.at(-1);
    expect(pod?.commands[0]).toMatchObject({
      netns: null,
      text: 'sysctl -w net.netfilter.nf_log_all_netns=1',
    });
    expect(pod?.undo.at(-1)?.text).toBe('sysctl -w net.netfilter.nf_log_all_netns=0');
  });

  it('needs no snapshot', async () => {
    const { stdout, exit } = await run(['logrules', '--to', '10.96.10.2:80', '--backend', 'nft']);
    expect(exit).toBe(0);
    expect(stdout).toContain("nft 'add table ip hookline_");
    expect(stdout).toContain("nft 'delete table ip hookline_");
  });

  it.each([
    [['logrules'], '--to is needed'],
    [['logrules', '--to', 'svc/prod/web'], 'without a snapshot an address is needed'],
    [['logrules', '--to', '10.1.1.1:80', '--pods'], '--pods needs --snapshot'],
    [['logrules', '--to', '10.1.1.1:80', '--endpoint', 'x'], '--endpoint x: not IP or IP:PORT'],
    [['logrules', '--to', '10.1.1.1:80', '--add', '--undo'], 'contradict'],
    [[...FLOW, '--node', 'n9'], 'not on the way of this flow'],
  ])('refuses %j', async (argv, words) => {
    const { stdout, stderr, exit } = await run(argv);
    expect({ stdout, exit }).toEqual({ stdout: '', exit: 64 });
    expect(stderr).toContain(words);
  });
});
