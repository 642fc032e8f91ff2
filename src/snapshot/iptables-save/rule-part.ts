import type { XtMatch } from '../../kernel/netfilter/xtables/match/match-types.ts';
import type { HeaderMatch } from '../../kernel/netfilter/xtables/rule.ts';
import type { XtTarget } from '../../kernel/netfilter/xtables/target/target-types.ts';

/** A part of a rule that means the same wherever it stands. */
export type RulePart =
  | { readonly kind: 'header'; readonly header: HeaderMatch }
  | { readonly kind: 'match'; readonly match: XtMatch }
  | { readonly kind: 'target'; readonly target: XtTarget }
  /** Its meaning depends on the rest of the rule, or it has a problem. */
  | { readonly kind: 'dependent' };
