import type { StateMatch } from '../../../kernel/netfilter/xtables/match/state.ts';
import type { CtState } from '../../../linux/ct-state.ts';
import { find, type Grammar, printed } from '../grammar.ts';
import { listOf } from './conntrack.ts';

/** In the order iptables prints them. */
const STATES: readonly CtState[] = ['INVALID', 'NEW', 'RELATED', 'ESTABLISHED', 'UNTRACKED'];

export const stateGrammar: Grammar<StateMatch> = {
  extensions: { state: { '--state': 1 } },
  negatable: ['--state'],
  parse({ options }) {
    const states = listOf(find(options, '--state'), STATES);
    return states ? { kind: 'state', ...states } : null;
  },
  print: ({ negated, any }) => `state ${printed(negated, `--state ${any.join(',')}`)}`,
};
