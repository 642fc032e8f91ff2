import type { RuleScope } from '../nft/rule-scope.ts';
import type { NftRule, NftTable } from '../nft/table.ts';
import type { RulePacket } from '../rule-context.ts';
import type { XtMatch } from '../xtables/match/match-types.ts';
import type { XtRule } from '../xtables/rule.ts';
import type { RuleSite } from '../xtables/rule-site.ts';

/**
 * Told what became of single rules while a packet meets them. Rules that do not match leave no
 * trace otherwise. It changes nothing: what it is told was evaluated anyway.
 */
export interface RuleWatch {
  watches(rule: XtRule | NftRule): boolean;
  xt(evaluation: XtEvaluation): void;
  nft(evaluation: NftEvaluation): void;
}

/** A rule of iptables was held against a packet. */
export interface XtEvaluation {
  readonly site: RuleSite;
  /** The packet at that moment: its connection may change afterwards. */
  readonly packet: RulePacket;
  readonly matched: boolean;
  /** The answers that were needed; the others were not asked for. */
  readonly answers: ReadonlyMap<XtMatch, boolean>;
}

/** A rule of nftables was run. */
export interface NftEvaluation {
  readonly table: NftTable;
  readonly chain: string;
  readonly rule: NftRule;
  /** What the last statement that ran could look at; null for a rule without statements. */
  readonly scope: RuleScope | null;
  /** The statement that ended the rule without a match; null when it matched. */
  readonly brokeAt: number | null;
}
