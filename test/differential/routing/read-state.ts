import { expect } from 'vitest';
import type { Decider, Question } from '../../../src/kernel/decide.ts';
import type { NetnsState } from '../../../src/kernel/netns-state.ts';
import { readNetns } from '../../../src/snapshot/netns.ts';
import type { RulesetReaders } from '../../../src/snapshot/readers.ts';
import { NETNS_SOURCES, type SourceName } from '../../../src/snapshot/source.ts';
import type { Namespaces } from '../paths/namespaces.ts';

const NO_RULESETS: RulesetReaders = {
  iptablesSave: () => ({ value: [], issues: [] }),
  ipsetSave: () => ({ value: [], issues: [] }),
  nftRuleset: () => ({ value: [], issues: [] }),
};

/** The files that routing and connection tracking read. */
const SOURCES: readonly SourceName[] = [
  'uname',
  'ip-link',
  'ip-addr',
  'ip-route',
  'ip-rule',
  'ip-neigh',
  'sysctl',
  'conntrack',
];

/** What a snapshot of a namespace would say, without its rulesets. */
export function readState(
  namespaces: Namespaces,
  name: string,
  sources: readonly SourceName[] = SOURCES,
): NetnsState {
  const files = new Map(
    NETNS_SOURCES.filter((source) => sources.includes(source.name)).map((source) => [
      source.name,
      { file: source.file, text: namespaces.run(name, source.argv) },
    ]),
  );
  const parsed = readNetns({ node: name, netns: null, files }, NO_RULESETS);
  expect(parsed.issues.filter(({ severity }) => severity === 'error')).toEqual([]);
  return parsed.value.state;
}

/** A decider for states in which every fact is known: a question is a failure. */
export const NOTHING_UNKNOWN: Decider = {
  decide(question: Question) {
    throw new Error(`asked ${question.id}`);
  },
};
