import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { GROUPS } from './episodes/groups.ts';
import { SCENARIOS } from './scenarios.ts';

/** Settings of conntrack that the model reads, and where their kernel case is if not here. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  nf_conntrack_count: 'full-table.test.ts',
  nf_conntrack_max: 'full-table.test.ts',
  nf_conntrack_buckets: 'a share of chance alone, in which no packet could be told from another',
  nf_conntrack_tcp_no_window_check: 'a patch of distributions: this kernel has no such key',
};

const read = [
  ...readFileSync('src/kernel/sysctl-lookup.ts', 'utf8').matchAll(
    /net\.netfilter\.(nf_conntrack_\w+)/g,
  ),
].map(([, key = '']) => key);

/** The values that the cases give a setting. */
function valuesOf(key: string): ReadonlySet<string> {
  const set = [
    ...GROUPS.flatMap(({ sysctls }) => sysctls),
    ...SCENARIOS.flatMap(({ sysctls }) => sysctls ?? []),
  ];
  return new Set(
    set.filter((one) => one.includes(`.${key}=`)).map((one) => one.split('=')[1] ?? ''),
  );
}

test.each([...new Set(read)])('%s has a case for each of its values', (key) => {
  if (ELSEWHERE[key] !== undefined) return;
  expect([...valuesOf(key)].sort()).toEqual(['0', '1']);
});

test('names no setting that the model does not read', () => {
  expect(read.length).toBeGreaterThan(5);
  expect(Object.keys(ELSEWHERE).filter((key) => !read.includes(key))).toEqual([]);
});
