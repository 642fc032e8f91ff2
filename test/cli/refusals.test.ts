import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { expectRefusal, folderOf, hookline, SEED } from './built.ts';

const trace = (...options: readonly string[]): readonly string[] => ['trace', SEED, ...options];
const flow = (...options: readonly string[]): readonly string[] =>
  trace('--from', 'n1', '--to', '10.96.10.2:80', ...options);

/** Bytes that are neither text nor a capture. */
const BINARY = Uint8Array.from({ length: 4096 }, (_, index) => (index * 7919) & 0xff);

describe('a command line that makes no sense is refused with one line', () => {
  it.each<[what: string, args: readonly string[], words: string]>([
    ['an unknown option', trace('--frm', 'n1'), 'Did you mean --from?'],
    ['an unknown command', ['tarce', SEED], 'Did you mean trace?'],
    ['no such node', trace('--from', 'n3', '--to', '10.96.10.2:80'), 'near: n1, n2'],
    ['no such namespace', trace('--from', 'n2/wbe12', '--to', '10.96.10.2:80'), 'near: n2/web12'],
    ['no such Service', trace('--from', 'n1', '--to', 'svc/prod/wbe'), 'near: svc/prod/web'],
    [
      'the wrong namespace',
      trace('--from', 'n1', '--to', 'svc/default/web'),
      'near: svc/prod/web, svc/prod/lb-web',
    ],
    [
      'a Service with several ports',
      trace('--from', 'n1', '--to', 'svc/kube-system/kube-dns'),
      'several ports fit: dns (53/udp), dns-tcp (53/tcp), metrics (9153/tcp)',
    ],
    ['no such port name', trace('--from', 'n1', '--to', 'svc/prod/lb-web:htps'), 'near: http'],
    ['no such device', flow('--iface', 'flanel0'), 'no such device on n1; near: flannel0'],
    ['no destination', trace('--from', 'n1'), '--to is needed'],
    ['no source', trace('--to', '10.96.10.2:80'), '--from is needed; the snapshot has n1, n2'],
    ['no port', trace('--from', 'n1', '--to', '10.96.10.2'), 'a port is needed for tcp'],
    ['a malformed address', trace('--from', 'n1', '--to', '10.96.10:80'), 'not a valid address'],
    ['a port out of range', flow('--sport', '70000'), 'not a number from 1 to 65535'],
    ['a packet that arrives and is sent', flow('--in', 'eth0', '--iface', 'eth0'), 'contradict'],
    ['a packet that arrives from nowhere', flow('--in', 'eth0'), '--in needs --src'],
    ['ICMP with a port', flow('--proto', 'icmp'), 'ICMP has no ports'],
    ['two address families', flow('--src', '::1'), 'two address families'],
    ['an unknown protocol', flow('--proto', 'tpc'), 'not one of tcp, udp, icmp, sctp'],
    ['an unknown level', flow('--level', 'huge'), 'Allowed choices are minimal'],
    ['a batch and a flow', flow('--batch', '-'), '--batch and --from contradict each other'],
    ['no snapshot for a flow', ['compare', 'iface=', 'iface=eth0'], '--snapshot FOLDER'],
    [
      'an unknown word of a flow',
      ['compare', '--snapshot', SEED, 'from=n1', 'ifcae=eth0'],
      'near: iface',
    ],
    [
      'no such conversation',
      ['compare', '--evidence', `${SEED}/evidence`, '0', '9'],
      'it has 0, 1, 2',
    ],
    ['seen and traced flows', ['compare', '--evidence', SEED, '--snapshot', SEED, '0', '1'], 'or'],
    ['an unknown word', ['explain', 'IP_RPFLITER'], 'near: IP_RPFILTER'],
  ])('%s', (_what, args, words) => {
    expectRefusal(hookline(args), 64, words);
  });

  it('two nodes of one name', () => {
    const file = (name: string) => readFileSync(`${SEED}/nodes/n1/${name}`, 'utf8');
    const uname = 'Linux twin 6.1.0 #1 SMP x86_64 GNU/Linux\n';
    const node = {
      'ip-link.json': file('ip-link.json'),
      'ip-addr.json': file('ip-addr.json'),
      'uname.txt': uname,
    };
    const folder = folderOf(
      Object.fromEntries(
        ['a', 'b'].flatMap((name) =>
          Object.entries(node).map(([path, text]) => [`nodes/${name}/${path}`, text]),
        ),
      ),
    );
    const args = ['trace', folder, '--from', 'twin', '--to', '10.96.10.2:80'];
    expectRefusal(hookline(args), 64, '--from twin: several nodes fit: a, b');
  });
});

describe('an input that cannot be used is refused with one line', () => {
  const flowOptions = ['--from', 'n1', '--to', '10.96.10.2:80'];
  it.each<[what: string, args: () => readonly string[], words: string]>([
    ['no such folder', () => ['trace', '/nonexistent', ...flowOptions], 'no such file or folder'],
    ['a file for a folder', () => ['trace', 'README.md', ...flowOptions], 'a file, not a folder'],
    ['an empty folder', () => ['trace', folderOf({}), ...flowOptions], 'no snapshot here'],
    [
      'a folder of other things',
      () => ['trace', folderOf({ 'photo.jpg': BINARY }), ...flowOptions],
      'no snapshot here',
    ],
    ['no such evidence', () => ['evidence', '/nonexistent.log'], 'no such file or folder'],
    ['an empty folder of evidence', () => ['evidence', folderOf({})], 'the folder is empty'],
    [
      'a binary file as evidence',
      () => ['evidence', `${folderOf({ 'a.bin': BINARY })}/a.bin`],
      'binary file',
    ],
    ['a binary file to compare', () => ['compare', 'package.json', 'README.md'], 'not what hook'],
    ['no such batch', () => ['trace', SEED, '--batch', '/nonexistent'], 'no such file or folder'],
  ])('%s', (_what, args, words) => {
    expectRefusal(hookline(args()), 65, words);
  });

  it('names a binary file in a snapshot, and that nothing is left', () => {
    const folder = folderOf({ 'nodes/n1/iptables-save.txt': BINARY });
    const { exit, stdout, stderr } = hookline(['trace', folder, ...flowOptions]);
    const lines = stderr.trim().split('\n');
    expect({ exit, stdout, count: lines.length }).toEqual({ exit: 65, stdout: '', count: 2 });
    expect(lines[0]).toContain(`${folder}/nodes/n1/iptables-save.txt:1: not text: binary`);
  });

  it('uses the rest of a snapshot with a binary file', () => {
    const copy = (name: string) => readFileSync(`${SEED}/nodes/n1/${name}`, 'utf8');
    const folder = folderOf({
      'nodes/n1/iptables-save.txt': BINARY,
      ...Object.fromEntries(
        ['ip-link.json', 'ip-addr.json', 'ip-route.json', 'ip-rule.json', 'sysctl.txt'].map(
          (name) => [`nodes/n1/${name}`, copy(name)],
        ),
      ),
    });
    const { stdout, stderr } = hookline(['trace', folder, ...flowOptions]);
    expect(stderr).toMatch(/^hookline: [^\n]*not text: binary\n$/);
    expect(stdout).toContain('n1 -> 10.96.10.2:80 tcp');
  });
});
