import type { XtRule } from './rule.ts';
import type { XtTable } from './table.ts';

/** Where a rule stands: part of the id of every question that it asks. */
export interface RuleSite {
  readonly table: XtTable;
  readonly chain: string;
  readonly rule: XtRule;
}
