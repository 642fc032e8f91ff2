import type { Ruleset } from './ruleset.ts';

/** Which rules are not known: those of one tool, or any (`rules`). */
export function missingRules(ruleset: Ruleset): 'rules' | 'iptables' | 'nft' | null {
  const { xtables, nft, partial } = ruleset;
  if (partial || (xtables === undefined && nft === undefined)) return 'rules';
  if (xtables === undefined) return 'iptables';
  return nft === undefined ? 'nft' : null;
}
