import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { incidentPage, incidentTables } from '../../src/report/incident/incident-pages.ts';
import { INCIDENTS } from './recorded.ts';

const PAGE = 'docs/incidents.md';
const TABLES = /(?<=<!-- incidents -->\n)[\s\S]*(?=<!-- \/incidents -->)/;
const UPDATE = process.env.HOOKLINE_UPDATE_DOCS === '1';

/** A file that is made of the recipes; with HOOKLINE_UPDATE_DOCS=1 it is made again. */
function expectFile(path: string, made: (before: string) => string): void {
  const before = UPDATE ? readOrEmpty(path) : readFileSync(path, 'utf8');
  const text = made(before);
  if (UPDATE) writeFileSync(path, text);
  else expect(before).toBe(text);
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

describe('pages about incidents', () => {
  it(`${PAGE} lists all incidents`, () => {
    const tables = incidentTables(INCIDENTS);
    for (const { id } of INCIDENTS) expect(tables).toContain(`(../incidents/${id})`);
    expectFile(PAGE, (before) => before.replace(TABLES, `\n${tables}\n`));
  });

  it.each(INCIDENTS.map((incident) => [incident.id, incident] as const))(
    'the page of %s has the words of its recipe',
    (_id, incident) => expectFile(join(incident.folder, 'README.md'), () => incidentPage(incident)),
  );
});
