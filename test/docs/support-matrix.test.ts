import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { nftTable, xtablesTables } from './support-tables.ts';

const FILE = 'docs/support-matrix.md';

/** With HOOKLINE_UPDATE_DOCS set the tables are written; else the written ones must be true. */
it.each(['matches', 'targets', 'nft'])('the table of %s says what the model says', (name) => {
  const { matches, targets } = xtablesTables();
  const wanted = { matches, targets, nft: nftTable() }[name] ?? '';
  const page = readFileSync(FILE, 'utf8');
  const part = new RegExp(`<!-- ${name}: generated -->\n[\\s\\S]*?<!-- end -->`);
  const written = `<!-- ${name}: generated -->\n${wanted}\n<!-- end -->`;
  if (process.env.HOOKLINE_UPDATE_DOCS) {
    writeFileSync(
      FILE,
      page.replace(part, () => written),
    );
  }
  expect(part.exec(readFileSync(FILE, 'utf8'))?.[0]).toBe(written);
});
