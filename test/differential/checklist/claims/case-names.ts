import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { GROUPS } from '../../conntrack/episodes/groups.ts';
import { SCENARIOS } from '../../conntrack/scenarios.ts';
import { SCENES as SCENES_6 } from '../../ipv6/all-scenes.ts';
import { CASES as PATHS } from '../../paths/cases.ts';
import { SCENES } from '../../routing/arrival-cases.ts';
import { CHECKLIST_CASES } from '../all-cases.ts';
import type { CaseRef } from './claim.ts';

const namesOf = (cases: readonly { readonly name: string }[]): ReadonlySet<string> =>
  new Set(cases.map(({ name }) => name));

/** Test files whose names come from data. */
const FROM_DATA: Readonly<Record<string, ReadonlySet<string>>> = {
  'test/differential/checklist/checklist.test.ts': namesOf(CHECKLIST_CASES),
  'test/differential/paths/paths.test.ts': namesOf(PATHS),
  'test/differential/conntrack/conntrack.test.ts': namesOf(SCENARIOS),
  'test/differential/ipv6/ipv6.test.ts': namesOf(SCENES_6.flatMap(({ flows }) => flows)),
  'test/differential/conntrack/episodes/episodes.test.ts': new Set(
    GROUPS.flatMap(({ name, episodes }) => episodes.map((episode) => `${name}: ${episode.name}`)),
  ),
  // What random flows found, one file each.
  'test/lab/fuzz.test.ts': new Set(
    readdirSync('test/lab/regressions').map((file) => file.replace(/\.json$/, '')),
  ),
  'test/differential/routing/arrivals.test.ts': namesOf(SCENES.flatMap(({ arrivals }) => arrivals)),
};

/** Whether a file has a test of this name: one that its data names, or that stands in its text. */
export function isThere({ file, name }: CaseRef): boolean {
  const fromData = FROM_DATA[file];
  if (fromData) return fromData.has(name);
  if (!file.endsWith('.test.ts') || !existsSync(file)) return false;
  const text = readFileSync(file, 'utf8');
  return ["'", '"', '`'].some((quote) => text.includes(`${quote}${name}${quote}`));
}
