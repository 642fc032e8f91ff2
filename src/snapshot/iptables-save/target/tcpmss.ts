import type { TcpmssTarget } from '../../../kernel/netfilter/xtables/target/tcpmss.ts';
import { firstValue, type Grammar } from '../grammar.ts';
import { parseNumber } from '../numbers.ts';

export const tcpmssGrammar: Grammar<TcpmssTarget> = {
  extensions: { TCPMSS: { '--set-mss': 1, '--clamp-mss-to-pmtu': 0 } },
  negatable: [],
  parse({ options }) {
    const [option] = options;
    if (!option || options.length > 1) return null;
    if (option.name === '--clamp-mss-to-pmtu') return { kind: 'tcpmss', mss: 'clamp' };
    const mss = parseNumber(firstValue(option), 65_535);
    return mss === null ? null : { kind: 'tcpmss', mss };
  },
  print: ({ mss }) => (mss === 'clamp' ? 'TCPMSS --clamp-mss-to-pmtu' : `TCPMSS --set-mss ${mss}`),
};
