import {
  parseRejectWith,
  type RejectTarget,
} from '../../../kernel/netfilter/xtables/target/reject.ts';
import { find, firstValue, type Grammar } from '../grammar.ts';

export const rejectGrammar: Grammar<RejectTarget> = {
  extensions: { REJECT: { '--reject-with': 1 } },
  negatable: [],
  parse({ options, scope }) {
    const option = find(options, '--reject-with');
    if (!option) {
      const version = scope.family === 4 ? 'icmp' : 'icmp6';
      return { kind: 'reject', with: `${version}-port-unreachable` };
    }
    const answer = parseRejectWith(firstValue(option));
    return answer && { kind: 'reject', with: answer };
  },
  print: (target) => `REJECT --reject-with ${target.with}`,
};
