import type { U32Match, U32Step, U32Test } from '../../../kernel/netfilter/xtables/match/u32.ts';
import { find, firstValue, type Grammar, printed } from '../grammar.ts';
import { hex, MAX_U32, parseNumber, parseRange } from '../numbers.ts';

export const u32Grammar: Grammar<U32Match> = {
  extensions: { u32: { '--u32': 1 } },
  negatable: ['--u32'],
  parse({ options }) {
    const option = find(options, '--u32');
    if (!option) return null;
    const read = firstValue(option).replace(/\s/g, '').split('&&').map(parseTest);
    const tests = read.flatMap((test) => test ?? []);
    if (tests.length < read.length) return null;
    return { kind: 'u32', negated: option.negated, tests };
  },
  print: ({ negated, tests }) =>
    `u32 ${printed(negated, `--u32 "${tests.map(printTest).join('&&')}"`)}`,
};

function parseTest(text: string): U32Test | null {
  const [location = '', values = '', ...rest] = text.split('=');
  const words = location.split(/(<<|>>|&|@)/);
  const start = parseNumber(words[0] ?? '', MAX_U32);
  if (start === null || rest.length > 0) return null;
  const steps: U32Step[] = [];
  for (let i = 1; i < words.length; i += 2) {
    const operator = words[i];
    const number = parseNumber(words[i + 1] ?? '', MAX_U32);
    if (number === null) return null;
    if (operator !== '&' && operator !== '<<' && operator !== '>>' && operator !== '@') return null;
    steps.push({ operator, number });
  }
  const read = values.split(',').map((value) => parseRange(value, ':', MAX_U32));
  const ranges = read.flatMap((range) => range ?? []);
  return ranges.length < read.length ? null : { start, steps, ranges };
}

function printTest({ start, steps, ranges }: U32Test): string {
  const location = steps.map(({ operator, number }) => `${operator}${hex(number)}`).join('');
  const values = ranges.map(({ first, last }) =>
    first === last ? hex(first) : `${hex(first)}:${hex(last)}`,
  );
  return `${hex(start)}${location}=${values.join(',')}`;
}
