import type { RulesetReaders } from '../../src/snapshot/readers.ts';

/** Readers for tests that are about everything but rules. */
export const WITHOUT_RULES: RulesetReaders = {
  iptablesSave: () => ({ value: [], issues: [] }),
  ipsetSave: () => ({ value: [], issues: [] }),
  nftRuleset: () => ({ value: [], issues: [] }),
};
