import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { annotateSchema } from '../../src/cli/schema/annotate.ts';
import { folderOf, hookline, SEED } from './built.ts';
import { run } from './run.ts';

const TCP = 'LEN=60 TOS=0x00 PREC=0x00 TTL=64 ID=46455 DF PROTO=TCP SPT=34397';
const END = 'WINDOW=29200 RES=0x00 SYN URGP=0 ';
const TO_SERVICE = `[   12.000001] nat out: IN= OUT=eth0 SRC=192.168.10.11 DST=10.96.10.2 ${TCP} DPT=80 ${END}`;
const TO_ENDPOINT = `Mar 31 16:38:42 n1 kernel: filter out: IN= OUT=eth0 SRC=192.168.10.11 DST=10.244.2.12 ${TCP} DPT=8080 ${END}`;
const TRACE = `TRACE: nat:KUBE-SERVICES:rule:1 IN= OUT=eth0 SRC=192.168.10.11 DST=10.96.10.2 ${TCP} DPT=80 ${END}`;

/** The notes of the lines that have one. */
function notes(stdout: string): readonly string[] {
  return stdout.split('\n').flatMap((line) => line.split('  # ').slice(1));
}

describe('hookline annotate', () => {
  it('passes every line, and adds what is known of some', async () => {
    const { stdout, exit } = await run(
      ['annotate', '--snapshot', SEED],
      `first\n${TO_SERVICE}\n\nlast`,
    );
    expect(exit).toBe(0);
    const [first, line, empty, last] = stdout.split('\n');
    expect([first, empty, last]).toEqual(['first', '', 'last']);
    expect(line?.startsWith(`${TO_SERVICE}  # `)).toBe(true);
    expect(line).toContain('>  output nat  node n1 -> Service prod/one-remote:http');
  });

  it('gives a translated packet the name of its flow, with a snapshot and without', async () => {
    for (const options of [[], ['--snapshot', SEED]]) {
      const { stdout } = await run(['annotate', ...options], `${TO_SERVICE}\n${TO_ENDPOINT}\n`);
      const names = notes(stdout).map((note) => note.slice(0, 6));
      expect(names[0]).toMatch(/^[0-9a-z]{5}>$/);
      expect(names[1]).toBe(names[0]);
    }
  });

  it.each([
    [
      'the rule of a TRACE line',
      ['--node', 'n1'],
      TRACE,
      '--dport 80 -j KUBE-SVC-66ASNSOOPLM4W3BH (nodes/n1/iptables-save.txt:313)',
    ],
    [
      'the endpoint of a rule to its chain',
      [],
      '-A KUBE-SVC-AYNHHWCPL6UWZ3YJ -m comment --comment "prod/one-remote:http -> 10.244.2.12:8080" -j KUBE-SEP-ST5WNXVDQI5BMVBR',
      'endpoint 10.244.2.12:8080 of Service prod/one-remote:http',
    ],
    [
      'the Service of a chain',
      [],
      ':KUBE-SVC-AYNHHWCPL6UWZ3YJ - [0:0]',
      'Service prod/one-remote:http',
    ],
  ])('tells %s', async (_what, options, line, words) => {
    const { stdout } = await run(['annotate', '--snapshot', SEED, ...options], `${line}\n`);
    expect(stdout).toContain(words);
  });

  it('leaves a line of a trace alone whose packet it never saw', async () => {
    const line =
      'trace id 4a3c9dd2 ip kube-proxy services rule ip daddr @x (verdict goto service-S3O3DV6T-prod/hints/tcp/)';
    expect((await run(['annotate'], `${line}\n`)).stdout).toBe(`${line}\n`);
  });

  it('tells the Service that nft goes to, and the packet above it', async () => {
    const lines = [
      'trace id 4a3c9dd2 ip kube-proxy nat-output packet: oif "eth0" ip saddr 192.168.10.11 ip daddr 10.96.10.20 ip dscp cs0 ip ecn not-ect ip ttl 64 ip id 5 ip length 60 tcp sport 40000 tcp dport 80 tcp flags == syn tcp window 64240',
      'trace id 4a3c9dd2 ip kube-proxy services rule ip daddr . meta l4proto . th dport vmap @service-ips (verdict goto service-S3O3DV6T-prod/hints/tcp/)',
    ];
    const nft = 'test/recorded/nftables-1.36.3-clustercidr';
    const { stdout } = await run(['annotate', '--snapshot', nft, '--node', 'n1'], lines.join('\n'));
    const [packet, rule] = notes(stdout);
    expect(packet).toContain('output ip kube-proxy nat-output');
    expect(packet).toContain('-> Service prod/hints');
    expect(rule).toContain('Service prod/hints');
    expect(rule?.slice(0, 6)).toBe(packet?.slice(0, 6));
  });

  it('knows what rules in the same stream say', async () => {
    const rules = [
      '*nat',
      '-A OUTPUT -d 10.96.0.1/32 -j LOG --log-prefix "where is this "',
      '-A KUBE-SERVICES -d 10.96.0.1/32 -p tcp -m comment --comment "prod/web:http cluster IP" -m tcp --dport 80 -j KUBE-SVC-A',
      'COMMIT',
    ];
    const line = `where is this IN= OUT=eth0 SRC=10.0.0.1 DST=10.96.0.1 ${TCP} DPT=80 ${END}`;
    const { stdout } = await run(['annotate'], [...rules, line].join('\n'));
    expect(notes(stdout).at(-1)).toContain('output nat  10.0.0.1 -> Service prod/web:http');
    const alone = await run(['annotate'], line);
    expect(notes(alone.stdout).at(-1)).not.toContain('output nat');
  });

  it('writes notes below for people', async () => {
    const { stdout } = await run(['annotate', '--below', '--snapshot', SEED], `${TO_SERVICE}\n`);
    const [line, note] = stdout.split('\n');
    expect(line).toBe(TO_SERVICE);
    expect(note).toMatch(
      /^ {4}[0-9a-z]{5}> {2}output nat {2}node n1 -> Service prod\/one-remote:http$/,
    );
  });

  it('prints JSON lines that fit their schema', async () => {
    const input = ['x', TO_SERVICE, TRACE, ':KUBE-SVC-AYNHHWCPL6UWZ3YJ - [0:0]'].join('\n');
    const { stdout } = await run(['annotate', '--json', '--snapshot', SEED, '--node', 'n1'], input);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => annotateSchema.parse(JSON.parse(line)));
    expect(lines.map(({ line, note }) => [line, note?.kind ?? null])).toEqual([
      [1, null],
      [2, 'packet'],
      [3, 'packet'],
      [4, 'chain'],
    ]);
    expect(lines[2]?.note).toMatchObject({
      rule: { source: { file: 'nodes/n1/iptables-save.txt', line: 313 } },
    });
  });

  it.each([
    [['--beside', '--below'], 'contradict'],
    [['--json', '--below'], 'contradict'],
    [['--node', 'n1'], '--node needs --snapshot'],
    [['--snapshot', SEED, '--node', 'n9'], 'not in the snapshot; it has n1, n2'],
  ])('refuses %j', async (options, words) => {
    const { stdout, stderr, exit } = await run(['annotate', ...options]);
    expect({ stdout, exit }).toEqual({ stdout: '', exit: 64 });
    expect(stderr).toContain(words);
  });

  it('reads files one after the other', async () => {
    const folder = folderOf({ 'a.log': 'a\n', 'b.log': 'b' });
    const { stdout } = await run(['annotate', `${folder}/a.log`, `${folder}/b.log`]);
    expect(stdout).toBe('a\nb\n');
    const missing = await run(['annotate', `${folder}/c.log`]);
    expect(missing.exit).toBe(65);
  });
});

describe('the built program as a filter', () => {
  it('passes bytes that are no text, carriage returns and control characters', () => {
    const input = Buffer.from([0xff, 0xfe, 0x1b, 0x5b, 0x32, 0x4a, 13, 10, 0, 9, 10]);
    const { stdout, exit } = hookline(['annotate'], input);
    expect(exit).toBe(0);
    expect(Buffer.from(stdout)).toEqual(Buffer.from(input.toString('utf8')));
  });

  it('writes a line as soon as it ends, and a piece of a line not before', async () => {
    const child = spawn('node', ['bin/hookline.js', 'annotate'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    try {
      let said = '';
      const next = async (until: string): Promise<void> => {
        while (!said.includes(until)) said += String((await once(child.stdout, 'data'))[0]);
      };
      child.stdin.write('one\ntw');
      await next('one\n');
      expect(said).toBe('one\n');
      child.stdin.write('o\nthree');
      await next('two\n');
      expect(said).toBe('one\ntwo\n');
      child.stdin.end();
      await next('three\n');
      await once(child, 'exit');
      expect(child.exitCode).toBe(0);
    } finally {
      child.kill('SIGKILL');
    }
  });

  it('ends quietly when its reader does', async () => {
    const child = spawn('node', ['bin/hookline.js', 'annotate'], { stdio: 'pipe' });
    let errors = '';
    child.stderr.on('data', (data) => {
      errors += String(data);
    });
    child.stdin.on('error', () => {});
    child.stdin.write('one\n');
    await once(child.stdout, 'data');
    child.stdout.destroy();
    const feeding = setInterval(() => child.stdin.write('more\n'), 5);
    await once(child, 'exit');
    clearInterval(feeding);
    expect({ code: child.exitCode, errors }).toEqual({ code: 0, errors: '' });
  });

  it('ends by an interrupt without a word', async () => {
    const child = spawn('node', ['bin/hookline.js', 'annotate'], { stdio: 'pipe' });
    let errors = '';
    child.stderr.on('data', (data) => {
      errors += String(data);
    });
    child.stdin.write('one\n');
    await once(child.stdout, 'data');
    child.kill('SIGINT');
    await once(child, 'exit');
    expect({ signal: child.signalCode, errors }).toEqual({ signal: 'SIGINT', errors: '' });
  });
});
