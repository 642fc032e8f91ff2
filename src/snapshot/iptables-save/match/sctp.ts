import type { SctpMatch } from '../../../kernel/netfilter/xtables/match/sctp.ts';
import { find, type Grammar, joined } from '../grammar.ts';
import { portOption, printPorts } from '../ports.ts';

export const sctpGrammar: Grammar<SctpMatch> = {
  extensions: {
    sctp: { '--sport': 1, '--source-port': 1, '--dport': 1, '--destination-port': 1 },
  },
  negatable: ['--sport', '--source-port', '--dport', '--destination-port'],
  parse({ options }) {
    const sport = portOption(find(options, '--sport', '--source-port'));
    const dport = portOption(find(options, '--dport', '--destination-port'));
    return sport === undefined || dport === undefined ? null : { kind: 'sctp', sport, dport };
  },
  print: ({ sport, dport }) =>
    joined('sctp', printPorts('--sport', sport), printPorts('--dport', dport)),
};
