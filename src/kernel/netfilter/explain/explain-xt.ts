import type { Run } from '../../run.ts';
import type { MatchContext } from '../xtables/match/match-model.ts';
import { evaluateMatch } from '../xtables/match/registry.ts';
import type { FieldCheck } from './field-check.ts';
import { matchTexts } from './match-texts.ts';
import type { XtEvaluation } from './rule-watch.ts';
import { headerChecks } from './xt-header.ts';
import { isPure, matchChecks } from './xt-match.ts';

/** Everything that a rule of iptables asked of a packet. Called while the packet is at the rule. */
export function explainXt(evaluation: XtEvaluation, run: Run): readonly FieldCheck[] {
  const { site, packet, answers } = evaluation;
  const { rule } = site;
  const texts = matchTexts(rule.text, rule.matches.length);
  const context: MatchContext = { packet, run, site };
  return [
    ...headerChecks(rule.header, packet),
    ...rule.matches.flatMap((match, index) => {
      if (match.kind === 'comment') return [];
      const told = answers.get(match);
      const pure = told === undefined && isPure(match) ? evaluateMatch(match, context) : null;
      const answer = told ?? (pure === 'yes' ? true : pure === 'no' ? false : null);
      return matchChecks(match, packet, { text: texts?.[index] ?? `-m ${match.kind}`, answer });
    }),
  ];
}
