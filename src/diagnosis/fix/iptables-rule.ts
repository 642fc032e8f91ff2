import type { XtTableName } from '../../linux/priority.ts';
import type { NetnsRef } from '../../packet/place.ts';
import type { SourceRef } from '../../packet/source-ref.ts';
import { addRule, type NetworkChange, type RulePosition } from '../change/network-change.ts';
import { buildRule, type RuleSpec, ruleArguments } from '../change/xt-rule.ts';
import { command } from '../command.ts';
import type { Command } from '../diagnosis.ts';

const BY_FIX: SourceRef = { file: '(fix)', line: 0 };

/** One rule of our own: added, and deleted by the same words. */
export interface OwnRule {
  readonly change: NetworkChange;
  readonly add: Command;
  readonly remove: Command;
}

/** A rule with its command and its undo. Rules of others are never touched. */
export function ownRule(
  where: NetnsRef,
  table: XtTableName,
  position: RulePosition,
  spec: RuleSpec,
): OwnRule {
  const words = ruleArguments(spec);
  const start = ['iptables', '-w', '-t', table];
  return {
    change: addRule(where, { table, chain: spec.chain, position, rule: buildRule(spec, BY_FIX) }),
    add: command(where, [...start, position === 'first' ? '-I' : '-A', spec.chain, ...words]),
    remove: command(where, [...start, '-D', spec.chain, ...words]),
  };
}
