import type { NetmapTarget } from '../../../kernel/netfilter/xtables/target/netmap.ts';
import { formatAddress } from '../../../packet/address.ts';
import { formatPrefix, network, parsePrefix } from '../../../packet/prefix.ts';
import { find, firstValue, type Grammar } from '../grammar.ts';

export const netmapGrammar: Grammar<NetmapTarget> = {
  extensions: { NETMAP: { '--to': 1 } },
  negatable: [],
  parse({ options, scope }) {
    const prefix = parsePrefix(firstValue(find(options, '--to')));
    return prefix?.address.family === scope.family ? { kind: 'netmap', to: network(prefix) } : null;
  },
  print({ to }) {
    const full = to.length === (to.address.family === 4 ? 32 : 128);
    return `NETMAP --to ${full ? formatAddress(to.address) : formatPrefix(to)}`;
  },
};
