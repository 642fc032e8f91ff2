import type { Run } from '../../run.ts';
import type { RulePacket } from '../rule-context.ts';
import { headerMatches } from './header-match.ts';
import type { MatchAnswer, MatchContext } from './match/match-model.ts';
import { effectOf, evaluateMatch } from './match/registry.ts';
import type { RuleSite } from './rule-site.ts';

/**
 * Whether a rule matches. What is unknown is asked only when everything known holds, since the
 * answer would not matter otherwise; only a match with state must wait for those before it.
 */
export function ruleMatches(site: RuleSite, packet: RulePacket, run: Run): boolean {
  const { rule } = site;
  if (!headerMatches(rule.header, packet)) return false;
  if (rule.matches.length === 0) return true;
  const context: MatchContext = { packet, run, site };
  const open: (() => boolean)[] = [];
  for (const match of rule.matches) {
    const effect = effectOf(match);
    if (effect === 'asks') {
      open.push(() => decided(evaluateMatch(match, context), run));
      continue;
    }
    if (effect === 'stateful') {
      if (!open.splice(0).every((settle) => settle())) return false;
      if (!decided(evaluateMatch(match, context), run)) return false;
      continue;
    }
    const result = evaluateMatch(match, context);
    if (result === 'no') return false;
    if (result !== 'yes') open.push(() => decided(result, run));
  }
  return open.every((settle) => settle());
}

function decided(result: MatchAnswer, run: Run): boolean {
  if (result === 'yes' || result === 'no') return result === 'yes';
  return run.decider.decide(result.question).value === 'yes';
}
