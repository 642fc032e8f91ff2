import type { UdpMatch } from '../../../kernel/netfilter/xtables/match/udp.ts';
import { find, type Grammar, joined } from '../grammar.ts';
import { portOption, printPorts } from '../ports.ts';

export const udpGrammar: Grammar<UdpMatch> = {
  extensions: {
    udp: { '--sport': 1, '--source-port': 1, '--dport': 1, '--destination-port': 1 },
  },
  negatable: ['--sport', '--source-port', '--dport', '--destination-port'],
  parse({ options }) {
    const sport = portOption(find(options, '--sport', '--source-port'));
    const dport = portOption(find(options, '--dport', '--destination-port'));
    return sport === undefined || dport === undefined ? null : { kind: 'udp', sport, dport };
  },
  print: ({ sport, dport }) =>
    joined('udp', printPorts('--sport', sport), printPorts('--dport', dport)),
};
