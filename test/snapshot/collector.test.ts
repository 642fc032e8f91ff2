import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { KUBERNETES_KINDS, NETNS_SOURCES } from '../../src/snapshot/source.ts';

const SCRIPT = readFileSync('bin/hookline-collect', 'utf8');

/** Written from what other commands said, or by a command whose name is put together. */
const OTHERWISE: Readonly<Record<string, string>> = {
  'uname.txt': 'uname=$(uname -a',
  'sysctl.txt': "fact sysctl.txt procps sysctl -a -r '^net\\.'",
  'conntrack.txt': 'try conntrack.txt conntrack -L -o extended',
  'sockets.txt': 'try sockets.txt ss -Hnltue',
  'wg-show.txt': 'wg show all dump) || return',
  'bpftool-net.json': 'fact bpftool-net.json bpftool bpftool -j net show;',
  'nstat.json': 'try nstat.json nstat -asj',
  'iptables-save.txt': 'program=$1-save to_file=$1-save.txt',
  'ip6tables-save.txt': 'program=$1-save to_file=$1-save.txt',
  'iptables-nft-save.txt': 'program=$1-$2-save to_file=$1-$2-save.txt',
  'iptables-legacy-save.txt': 'program=$1-$2-save to_file=$1-$2-save.txt',
  'ip6tables-nft-save.txt': 'program=$1-$2-save to_file=$1-$2-save.txt',
  'ip6tables-legacy-save.txt': 'program=$1-$2-save to_file=$1-$2-save.txt',
};

describe('the collecting script', () => {
  it.each(NETNS_SOURCES.map(({ file, argv }) => ({ file, command: argv.join(' ') })))(
    'fills $file by $command',
    ({ file, command }) => {
      const line = OTHERWISE[file];
      if (line !== undefined) expect(SCRIPT).toContain(line);
      else expect(SCRIPT).toMatch(new RegExp(`fact ${file} \\S+ ${escaped(command)}\\n`));
    },
  );

  it('writes no file that the loader does not read', () => {
    const files = [...SCRIPT.matchAll(/(?:fact|try) ([\w-]+\.(?:txt|json|env)) /g)];
    const known = new Set(NETNS_SOURCES.map(({ file }) => file));
    expect(files.length).toBeGreaterThan(15);
    expect(files.map(([, file = '']) => file).filter((file) => !known.has(file))).toEqual([]);
  });

  it('asks for the kinds of objects that the loader reads', () => {
    expect(SCRIPT).toContain(`for kind in ${KUBERNETES_KINDS.join(' ')}; do`);
  });

  it('is short enough to be read before it is run', () => {
    expect(SCRIPT.split('\n').length).toBeLessThan(700);
  });
});

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
