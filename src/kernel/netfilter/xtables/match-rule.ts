import type { Run } from '../../run.ts';
import type { RulePacket } from '../rule-context.ts';
import { headerMatches } from './header-match.ts';
import type { MatchAnswer, MatchContext } from './match/match-model.ts';
import type { XtMatch } from './match/match-types.ts';
import { effectOf, evaluateMatch } from './match/registry.ts';
import type { RuleSite } from './rule-site.ts';

/**
 * Whether a rule matches. What is unknown is asked only when everything known holds, since the
 * answer would not matter otherwise; only a match with state must wait for those before it.
 */
export function ruleMatches(site: RuleSite, packet: RulePacket, run: Run): boolean {
  const { watch } = run;
  if (!watch?.watches(site.rule)) return allHold(site, packet, run, null);
  const answers = new Map<XtMatch, boolean>();
  const matched = allHold(site, packet, run, answers);
  watch.xt({ site, packet, matched, answers });
  return matched;
}

/** @param answers is given the answer of each match that was needed. */
function allHold(
  site: RuleSite,
  packet: RulePacket,
  run: Run,
  answers: Map<XtMatch, boolean> | null,
): boolean {
  const { rule } = site;
  if (!headerMatches(rule.header, packet, site.table.backend)) return false;
  if (rule.matches.length === 0) return true;
  const context: MatchContext = { packet, run, site };
  const decided = (match: XtMatch, result: MatchAnswer): boolean => {
    const holds =
      result === 'yes' || (result !== 'no' && run.decider.decide(result.question).value === 'yes');
    answers?.set(match, holds);
    return holds;
  };
  const open: (() => boolean)[] = [];
  for (const match of rule.matches) {
    const effect = effectOf(match);
    if (effect === 'asks') {
      open.push(() => decided(match, evaluateMatch(match, context)));
      continue;
    }
    if (effect === 'stateful') {
      if (!open.splice(0).every((settle) => settle())) return false;
      if (!decided(match, evaluateMatch(match, context))) return false;
      continue;
    }
    const result = evaluateMatch(match, context);
    if (result === 'yes' || result === 'no') {
      if (!decided(match, result)) return false;
    } else open.push(() => decided(match, result));
  }
  return open.every((settle) => settle());
}
