import type {
  Ipv6Option,
  Ipv6OptionsMatch,
} from '../../../kernel/netfilter/xtables/match/ipv6-options.ts';
import { find, firstValue, type Grammar, joined, printed } from '../grammar.ts';
import { MAX_U32, numberOption, parseNumber } from '../numbers.ts';

export const ipv6OptionsGrammar: Grammar<Ipv6OptionsMatch> = {
  extensions: {
    hbh: { '--hbh-len': 1, '--hbh-opts': 1 },
    dst: { '--dst-len': 1, '--dst-opts': 1 },
  },
  negatable: ['--hbh-len', '--dst-len'],
  parse({ name, options }) {
    const length = numberOption(find(options, '--hbh-len', '--dst-len'), MAX_U32);
    const listed = find(options, '--hbh-opts', '--dst-opts');
    const parsed = listed ? firstValue(listed).split(',').map(parseOption) : [];
    const known = parsed.flatMap((option) => option ?? []);
    if (length === undefined || known.length < parsed.length) return null;
    return {
      kind: 'ipv6-options',
      header: name === 'hbh' ? 'hbh' : 'dst',
      length: length && { negated: length.negated, length: length.value },
      options: known,
    };
  },
  print: ({ header, length, options }) =>
    joined(
      header,
      length ? printed(length.negated, `--${header}-len ${length.length}`) : '',
      options.length === 0 ? '' : `--${header}-opts ${options.map(printOption).join(',')}`,
    ),
};

function parseOption(text: string): Ipv6Option | null {
  const [typeText = '', lengthText] = text.split(':');
  const type = parseNumber(typeText, 255);
  const length = lengthText === undefined ? null : parseNumber(lengthText, 254);
  if (type === null || (lengthText !== undefined && length === null)) return null;
  return { type, length };
}

function printOption({ type, length }: Ipv6Option): string {
  return length === null ? String(type) : `${type}:${length}`;
}
