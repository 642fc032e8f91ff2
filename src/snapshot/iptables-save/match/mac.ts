import type { MacMatch } from '../../../kernel/netfilter/xtables/match/mac.ts';
import { find, firstValue, type Grammar, printed } from '../grammar.ts';

export const macGrammar: Grammar<MacMatch> = {
  extensions: { mac: { '--mac-source': 1 } },
  negatable: ['--mac-source'],
  parse({ options }) {
    const option = find(options, '--mac-source');
    const address = firstValue(option).toLowerCase();
    if (!option || !/^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/.test(address)) return null;
    return { kind: 'mac', negated: option.negated, address };
  },
  print: ({ negated, address }) => `mac ${printed(negated, `--mac-source ${address}`)}`,
};
