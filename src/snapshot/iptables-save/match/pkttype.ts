import type { PkttypeMatch } from '../../../kernel/netfilter/xtables/match/pkttype.ts';
import { find, firstValue, type Grammar, printed } from '../grammar.ts';

export const pkttypeGrammar: Grammar<PkttypeMatch> = {
  extensions: { pkttype: { '--pkt-type': 1 } },
  negatable: ['--pkt-type'],
  parse({ options }) {
    const option = find(options, '--pkt-type');
    const type = firstValue(option);
    if (!option || (type !== 'unicast' && type !== 'broadcast' && type !== 'multicast'))
      return null;
    return { kind: 'pkttype', negated: option.negated, type };
  },
  print: ({ negated, type }) => `pkttype ${printed(negated, `--pkt-type ${type}`)}`,
};
