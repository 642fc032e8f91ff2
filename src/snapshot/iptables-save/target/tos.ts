import type { TosTarget } from '../../../kernel/netfilter/xtables/target/tos.ts';
import { parseDscp } from '../dscp-value.ts';
import { firstValue, type Grammar, type OptionUse } from '../grammar.ts';
import { hex, type Masked, parseMasked, parseNumber, printMasked } from '../numbers.ts';

const MAX_TOS = 255;
const DSCP_MASK = 0xfc;
const DSCP_SHIFT = 2;

export const tosGrammar: Grammar<TosTarget> = {
  extensions: {
    TOS: { '--set-tos': 1, '--or-tos': 1, '--and-tos': 1, '--xor-tos': 1 },
    DSCP: { '--set-dscp': 1, '--set-dscp-class': 1 },
  },
  negatable: [],
  parse({ name, options }) {
    const [option] = options;
    if (!option || options.length > 1) return null;
    if (name === 'DSCP') {
      const dscp = parseDscp(option);
      if (dscp === null) return null;
      return { kind: 'tos', name, value: dscp << DSCP_SHIFT, mask: DSCP_MASK };
    }
    const tos = parseTos(option);
    return tos && { kind: 'tos', name: 'TOS', ...tos };
  },
  print: (target) =>
    target.name === 'DSCP'
      ? `DSCP --set-dscp ${hex(target.value >> DSCP_SHIFT, 2)}`
      : `TOS --set-tos ${printMasked(target, 2)}`,
};

/** iptables: libxt_TOS.c. */
function parseTos(option: OptionUse): Masked | null {
  const text = firstValue(option);
  if (option.name === '--set-tos') return parseMasked(text, MAX_TOS);
  const value = parseNumber(text, MAX_TOS);
  if (value === null) return null;
  if (option.name === '--or-tos') return { value, mask: value };
  return option.name === '--and-tos' ? { value: 0, mask: ~value & MAX_TOS } : { value, mask: 0 };
}
