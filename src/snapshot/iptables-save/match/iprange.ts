import type {
  AddressRange,
  IprangeMatch,
} from '../../../kernel/netfilter/xtables/match/iprange.ts';
import { formatAddress, parseAddress } from '../../../packet/address.ts';
import { find, firstValue, type Grammar, joined, type OptionUse, printed } from '../grammar.ts';

export const iprangeGrammar: Grammar<IprangeMatch> = {
  extensions: { iprange: { '--src-range': 1, '--dst-range': 1 } },
  negatable: ['--src-range', '--dst-range'],
  parse({ options, scope }) {
    const source = parse(find(options, '--src-range'), scope.family);
    const destination = parse(find(options, '--dst-range'), scope.family);
    if (source === undefined || destination === undefined) return null;
    return source || destination ? { kind: 'iprange', source, destination } : null;
  },
  print: ({ source, destination }) =>
    joined('iprange', print('--src-range', source), print('--dst-range', destination)),
};

function parse(option: OptionUse | undefined, family: 4 | 6): AddressRange | null | undefined {
  if (!option) return null;
  const [firstText = '', lastText] = firstValue(option).split('-');
  const first = parseAddress(firstText);
  const last = lastText === undefined ? first : parseAddress(lastText);
  if (first?.family !== family || last?.family !== family) return undefined;
  return { negated: option.negated, first, last };
}

function print(name: string, range: AddressRange | null): string {
  if (range === null) return '';
  const { negated, first, last } = range;
  return printed(negated, `${name} ${formatAddress(first)}-${formatAddress(last)}`);
}
