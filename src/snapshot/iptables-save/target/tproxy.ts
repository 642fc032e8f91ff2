import type { TproxyTarget } from '../../../kernel/netfilter/xtables/target/tproxy.ts';
import { formatAddress, parseAddress } from '../../../packet/address.ts';
import { find, firstValue, type Grammar, joined } from '../grammar.ts';
import { parseMasked, parseNumber, printMasked } from '../numbers.ts';

const NO_MARK = { value: 0, mask: 0 };

export const tproxyGrammar: Grammar<TproxyTarget> = {
  extensions: { TPROXY: { '--on-port': 1, '--on-ip': 1, '--tproxy-mark': 1 } },
  negatable: [],
  parse({ options, scope: { family } }) {
    const port = parseNumber(firstValue(find(options, '--on-port')), 65_535);
    const text = firstValue(find(options, '--on-ip')) || (family === 4 ? '0.0.0.0' : '::');
    const address = parseAddress(text);
    const option = find(options, '--tproxy-mark');
    const mark = option ? parseMasked(firstValue(option)) : NO_MARK;
    if (port === null || mark === null || address?.family !== family) return null;
    return { kind: 'tproxy', port, address, mark };
  },
  print: ({ port, address, mark }) =>
    joined(
      `TPROXY --on-port ${port}`,
      `--on-ip ${formatAddress(address)}`,
      `--tproxy-mark ${printMasked(mark)}`,
    ),
};
