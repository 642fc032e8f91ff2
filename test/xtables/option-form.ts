import type { XtTableName } from '../../src/linux/priority.ts';

/**
 * A rule as a user writes it and as iptables 1.8.9 saves it. What is saved was not written by
 * hand: test/differential/xtables asks both backends of the running kernel for it again.
 */
export interface OptionForm {
  readonly family: 4 | 6;
  readonly table: XtTableName;
  /** Without `-A CHAIN`. */
  readonly rule: string;
  /** Absent: saved as it was written. */
  readonly saved?: string;
  /** Where iptables-nft saves it in another way. */
  readonly savedByNft?: string;
}
