import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { KUBERNETES_KINDS, kubectlArgv, NETNS_SOURCES } from '../../src/snapshot/source.ts';

const FILE = 'docs/snapshot.md';

const TABLES: Readonly<Record<string, string>> = {
  files: table('command', NETNS_SOURCES),
  kinds: table(
    'command',
    KUBERNETES_KINDS.map((kind) => ({
      file: `kubernetes/${kind}.json`,
      argv: kubectlArgv(kind),
    })),
  ),
};

function table(
  title: string,
  sources: readonly { readonly file: string; readonly argv: readonly string[] }[],
): string {
  const rows = sources.map(({ file, argv }) => `| \`${file}\` | \`${argv.join(' ')}\` |`);
  return [`| file | ${title} |`, '|---|---|', ...rows].join('\n');
}

/** With HOOKLINE_UPDATE_DOCS set the tables are written; else the written ones must be true. */
it.each(Object.keys(TABLES))('the table of %s lists what the loader reads', (name) => {
  const part = new RegExp(`<!-- ${name}: generated -->\\n[\\s\\S]*?<!-- end -->`);
  const written = `<!-- ${name}: generated -->\n${TABLES[name]}\n<!-- end -->`;
  if (process.env.HOOKLINE_UPDATE_DOCS) {
    writeFileSync(
      FILE,
      readFileSync(FILE, 'utf8').replace(part, () => written),
    );
  }
  expect(part.exec(readFileSync(FILE, 'utf8'))?.[0]).toBe(written);
});

it('collects by hand what the loader reads, by the same commands', () => {
  const page = readFileSync(FILE, 'utf8');
  const lines = [
    ...page.matchAll(/^((?:uname|iptables|nft|ip|bridge|sysctl|conntrack|ss|cat) .*) > (\S+)$/gm),
  ];
  expect(lines.length).toBeGreaterThan(10);
  for (const [, command = '', file] of lines) {
    const source = NETNS_SOURCES.find((known) => known.file === file);
    expect(command.replaceAll("'", '')).toBe(source?.argv.join(' '));
  }
});
