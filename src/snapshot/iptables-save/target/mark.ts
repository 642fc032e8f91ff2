import type { MarkTarget } from '../../../kernel/netfilter/xtables/target/mark.ts';
import { firstValue, type Grammar } from '../grammar.ts';
import { MAX_U32, parseMasked, printMasked } from '../numbers.ts';

export const markGrammar: Grammar<MarkTarget> = {
  extensions: {
    MARK: {
      '--set-xmark': 1,
      '--set-mark': 1,
      '--or-mark': 1,
      '--and-mark': 1,
      '--xor-mark': 1,
    },
  },
  negatable: [],
  parse({ options }) {
    const [option] = options;
    const mark = parseMasked(firstValue(option));
    if (!option || !mark || options.length > 1) return null;
    return { kind: 'mark', ...asXmark(option.name, mark) };
  },
  print: (target) => `MARK --set-xmark ${printMasked(target)}`,
};

/** Every way to set a mark as bits to clear and bits to flip. iptables: libxt_MARK.c. */
export function asXmark(
  option: string,
  { value, mask }: { readonly value: number; readonly mask: number },
): { value: number; mask: number } {
  switch (option) {
    case '--set-mark':
      return { value, mask: (value | mask) >>> 0 };
    case '--or-mark':
      return { value, mask: value };
    case '--and-mark':
      return { value: 0, mask: (~value & MAX_U32) >>> 0 };
    case '--xor-mark':
      return { value, mask: 0 };
    default:
      return { value, mask };
  }
}
