import type { EcnMatch } from '../../../kernel/netfilter/xtables/match/ecn.ts';
import { find, type Grammar, joined, type OptionUse, printed } from '../grammar.ts';
import { numberOption } from '../numbers.ts';

export const ecnGrammar: Grammar<EcnMatch> = {
  extensions: { ecn: { '--ecn-ip-ect': 1, '--ecn-tcp-ece': 0, '--ecn-tcp-cwr': 0 } },
  negatable: ['--ecn-ip-ect', '--ecn-tcp-ece', '--ecn-tcp-cwr'],
  parse({ options }) {
    const ect = numberOption(find(options, '--ecn-ip-ect'), 3);
    if (ect === undefined || options.length === 0) return null;
    return {
      kind: 'ecn',
      ip: ect && { negated: ect.negated, ect: ect.value },
      ece: wanted(find(options, '--ecn-tcp-ece')),
      cwr: wanted(find(options, '--ecn-tcp-cwr')),
    };
  },
  print: ({ ip, ece, cwr }) =>
    joined(
      'ecn',
      ece === null ? '' : printed(!ece, '--ecn-tcp-ece'),
      cwr === null ? '' : printed(!cwr, '--ecn-tcp-cwr'),
      ip ? printed(ip.negated, `--ecn-ip-ect ${ip.ect}`) : '',
    ),
};

function wanted(option: OptionUse | undefined): boolean | null {
  return option ? !option.negated : null;
}
