import type { XtMatch } from './match/match-types.ts';
import type { XtTable } from './table.ts';
import type { XtTarget } from './target/target-types.ts';

/**
 * Whether loading the table turns connection tracking on in its namespace and family. It is the
 * rule that does: any rule with one of these extensions, reached or not; a nat table alone, or
 * one with LOG or ACCEPT rules only, does not.
 * Linux: nf_ct_netns_get() in the extensions' checkentry; docs/lab-notes/conntrack-in-use.md.
 */
export function tableUsesConntrack(table: XtTable): boolean {
  for (const chain of table.chains.values()) {
    for (const rule of chain.rules) {
      if (targetUsesConntrack(rule.target) || rule.matches.some(matchUsesConntrack)) return true;
    }
  }
  return false;
}

function matchUsesConntrack(match: XtMatch): boolean {
  switch (match.kind) {
    case 'cluster':
    case 'connbytes':
    case 'connlabel':
    case 'connlimit':
    case 'connmark':
    case 'conntrack':
    case 'helper':
    case 'state':
      return true;
    case 'unsupported':
      return match.usesConntrack;
    default:
      return false;
  }
}

function targetUsesConntrack(target: XtTarget): boolean {
  switch (target.kind) {
    case 'connmark':
    case 'dnat':
    case 'masquerade':
    case 'netmap':
    case 'redirect':
    case 'snat':
    case 'synproxy':
      return true;
    case 'ct':
      return !target.notrack;
    case 'side-effect':
      return target.name === 'CONNSECMARK';
    case 'unsupported':
      return target.usesConntrack;
    default:
      return false;
  }
}
