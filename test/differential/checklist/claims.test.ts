import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CHECKLIST_CASES } from './all-cases.ts';
import { CLAIMS } from './claims/all-claims.ts';
import { isThere } from './claims/case-names.ts';
import { POINTS } from './claims/claim.ts';
import { NOTES } from './claims/notes.ts';

const FOLDER = 'docs/lab-notes';
/** Made by `hookline lab fuzz` and held against its own findings. */
const KEPT_ELSEWHERE = 'known-differences.md';

describe('the checklist', () => {
  it('has claims for each of its points', () => {
    const points = new Set(CLAIMS.map(({ point }) => point));
    expect([...points].sort((a, b) => a - b)).toEqual(POINTS.map((_, i) => i + 1));
    expect(CLAIMS.length).toBeGreaterThan(90);
  });

  it('has a case for each claim, or says why not', () => {
    const bare = CLAIMS.filter(({ cases, open }) => cases.length === 0 && !open);
    expect(bare.map(({ claim }) => claim)).toEqual([]);
  });

  it('says each thing once', () => {
    const sentences = CLAIMS.map(({ claim }) => claim);
    expect(new Set(sentences).size).toBe(sentences.length);
  });

  it('cites tests that are there', () => {
    const cited = [...CLAIMS.flatMap(({ cases }) => cases), ...Object.values(NOTES).flat()];
    expect(cited.filter((reference) => !isThere(reference))).toEqual([]);
    expect(isThere({ file: cited[0]?.file ?? '', name: 'no such case' })).toBe(false);
  });

  it('has no case that stands for nothing', () => {
    const cited = new Set(
      [...CLAIMS.flatMap(({ cases }) => cases), ...Object.values(NOTES).flat()].map(
        ({ name }) => name,
      ),
    );
    const controls = new Set(CHECKLIST_CASES.map(({ control }) => control));
    const idle = CHECKLIST_CASES.filter(({ name }) => !cited.has(name) && !controls.has(name));
    expect(idle.map(({ name }) => name)).toEqual([]);
  });

  it('has cases of different names', () => {
    const names = CHECKLIST_CASES.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('the lab notes', () => {
  const files = readdirSync(FOLDER).filter(
    (file) => file.endsWith('.md') && file !== KEPT_ELSEWHERE,
  );

  it('are all cited by a case', () => {
    expect(Object.keys(NOTES).sort()).toEqual(files.sort());
  });

  it.each(files)('%s names the test that proves it', (file) => {
    const text = readFileSync(`${FOLDER}/${file}`, 'utf8');
    const named = (NOTES[file] ?? []).filter(
      (reference) => text.includes(reference.file) || text.includes(`\`${reference.name}\``),
    );
    expect(named).not.toEqual([]);
  });
});
