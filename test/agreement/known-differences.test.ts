import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { TOLERATIONS } from '../../src/agreement/tolerations.ts';

const page = readFileSync('docs/lab-notes/known-differences.md', 'utf8');
const listed = [...page.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, name]) => name);

describe('differences that are accepted', () => {
  it('are those the page explains', () => {
    expect([...listed].sort()).toEqual(Object.keys(TOLERATIONS).sort());
  });

  it.each(Object.entries(TOLERATIONS))(
    '%s has a reason that ends in a full stop',
    (_name, reason) => {
      expect(reason).toMatch(/^[A-Z].*\.$/);
    },
  );
});

describe('surprises', () => {
  it('each have a case that is repeated on the kernel', () => {
    const notes = readFileSync('docs/lab-notes/kernel-answers.md', 'utf8');
    const names = [...notes.matchAll(/`([a-z]+(?:-[a-z]+){2,})`/g)].map(([, name]) => name);
    expect(names.length).toBeGreaterThan(15);
    for (const name of names) {
      const text = readFileSync(`test/lab/regressions/${name}.json`, 'utf8');
      expect(JSON.parse(text)).toHaveProperty('recorded.report');
    }
  });
});
