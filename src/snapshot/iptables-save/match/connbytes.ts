import type { ConnbytesMatch } from '../../../kernel/netfilter/xtables/match/connbytes.ts';
import { find, firstValue, type Grammar, joined, printed } from '../grammar.ts';

const MODES = ['packets', 'bytes', 'avgpkt'] as const;
const DIRECTIONS = ['original', 'reply', 'both'] as const;

export const connbytesGrammar: Grammar<ConnbytesMatch> = {
  extensions: {
    connbytes: { '--connbytes': 1, '--connbytes-dir': 1, '--connbytes-mode': 1 },
  },
  negatable: ['--connbytes'],
  parse({ options }) {
    const option = find(options, '--connbytes');
    const range = /^(\d{0,20})(?:(:)(\d{0,20}))?$/.exec(firstValue(option));
    const mode = MODES.find((name) => name === firstValue(find(options, '--connbytes-mode')));
    const direction = DIRECTIONS.find(
      (name) => name === firstValue(find(options, '--connbytes-dir')),
    );
    if (!option || !range || mode === undefined || direction === undefined) return null;
    const [, from = '', , to = ''] = range;
    return {
      kind: 'connbytes',
      negated: option.negated,
      from: BigInt(from === '' ? 0 : from),
      to: to === '' ? null : BigInt(to),
      mode,
      direction,
    };
  },
  print: ({ negated, from, to, mode, direction }) =>
    joined(
      'connbytes',
      printed(negated, `--connbytes ${from}${to === null ? '' : `:${to}`}`),
      `--connbytes-mode ${mode} --connbytes-dir ${direction}`,
    ),
};
