import { expect } from 'vitest';
import type { NetnsState } from '../../../src/kernel/netns-state.ts';
import { parseIptablesSave } from '../../../src/snapshot/iptables-save/parse.ts';
import { readNetns } from '../../../src/snapshot/netns.ts';
import type { RulesetReaders } from '../../../src/snapshot/readers.ts';
import { NETNS_SOURCES, type SourceName } from '../../../src/snapshot/source.ts';
import type { Namespaces } from '../paths/namespaces.ts';

/** These tests write their rules with iptables-legacy; nftables stays empty, and that is checked. */
const READERS: RulesetReaders = {
  iptablesSave: parseIptablesSave,
  ipsetSave: () => ({ value: [], issues: [] }),
  nftRuleset: (text) => {
    expect(text).not.toContain('"chain"');
    return { value: [], issues: [] };
  },
};

/** The files that routing reads. */
const ROUTING: readonly SourceName[] = [
  'uname',
  'ip-link',
  'ip-addr',
  'ip-route',
  'ip-rule',
  'ip-neigh',
  'sysctl',
];

/** Those, and what the hooks read. */
export const WITH_RULES: readonly SourceName[] = [
  ...ROUTING,
  'conntrack',
  'iptables-legacy-save',
  'nft-ruleset',
];

const MARK = '=== end of file ===';

const quoted = (word: string): string => `'${word}'`;

/** What a snapshot of a namespace would say. */
export function readState(
  namespaces: Namespaces,
  name: string,
  sources: readonly SourceName[] = ROUTING,
): NetnsState {
  const wanted = NETNS_SOURCES.filter((source) => sources.includes(source.name));
  const script = wanted.map(({ argv }) => `${argv.map(quoted).join(' ')}; echo '${MARK}'`);
  const texts = namespaces.run(name, ['sh'], script.join('\n')).split(`${MARK}\n`);
  const files = new Map(
    wanted.map((source, i) => [source.name, { file: source.file, text: texts[i] ?? '' }] as const),
  );
  const parsed = readNetns({ node: name, netns: null, files }, READERS);
  expect(parsed.issues.filter(({ severity }) => severity === 'error')).toEqual([]);
  return parsed.value.state;
}
