import type { ConnmarkTarget } from '../../../kernel/netfilter/xtables/target/connmark.ts';
import { find, firstValue, type Grammar } from '../grammar.ts';
import { hex, MAX_U32, parseMasked, parseNumber, printMasked } from '../numbers.ts';
import { asXmark } from './mark.ts';

export const connmarkGrammar: Grammar<ConnmarkTarget> = {
  extensions: {
    CONNMARK: {
      '--set-xmark': 1,
      '--set-mark': 1,
      '--or-mark': 1,
      '--and-mark': 1,
      '--xor-mark': 1,
      '--save-mark': 0,
      '--restore-mark': 0,
      '--nfmask': 1,
      '--ctmask': 1,
      '--mask': 1,
    },
  },
  negatable: [],
  parse({ options }) {
    const save = find(options, '--save-mark');
    const restore = find(options, '--restore-mark');
    if (!save && !restore) {
      const [option] = options;
      const mark = parseMasked(firstValue(option));
      if (!option || !mark || options.length > 1 || /mask$/.test(option.name)) return null;
      return { kind: 'connmark', operation: 'set', ...asXmark(option.name, mark) };
    }
    const masks = options.filter((option) => option !== save && option !== restore);
    if ((save && restore) || !masks.every(({ name }) => /mask$/.test(name))) return null;
    const both = parseMask(firstValue(find(options, '--mask')));
    const nfMask = parseMask(firstValue(find(options, '--nfmask')));
    const ctMask = parseMask(firstValue(find(options, '--ctmask')));
    if (both === null || nfMask === null || ctMask === null) return null;
    return {
      kind: 'connmark',
      operation: save ? 'save' : 'restore',
      nfMask: nfMask ?? both ?? MAX_U32,
      ctMask: ctMask ?? both ?? MAX_U32,
    };
  },
  print(target) {
    if (target.operation === 'set') return `CONNMARK --set-xmark ${printMasked(target)}`;
    const { operation, nfMask, ctMask } = target;
    return `CONNMARK --${operation}-mark --nfmask ${hex(nfMask)} --ctmask ${hex(ctMask)}`;
  },
};

/** undefined when absent, null when malformed. */
function parseMask(text: string): number | null | undefined {
  return text === '' ? undefined : parseNumber(text, MAX_U32);
}
