import type { SrhMatch, SrhNumber } from '../../../kernel/netfilter/xtables/match/srh.ts';
import { parseAddressMatch, printMaskedAddress } from '../addresses.ts';
import { find, firstValue, type Grammar, joined, type OptionUse, printed } from '../grammar.ts';
import { numberOption } from '../numbers.ts';

const COMPARED = ['hdr-len', 'segs-left', 'last-entry'] as const;
const COMPARES = ['eq', 'gt', 'lt'] as const;
const ADDRESSES = ['psid', 'nsid', 'lsid'] as const;

const OPTIONS = [
  '--srh-next-hdr',
  ...COMPARED.flatMap((field) => COMPARES.map((compare) => `--srh-${field}-${compare}`)),
  '--srh-tag',
  ...ADDRESSES.map((name) => `--srh-${name}`),
];

export const srhGrammar: Grammar<SrhMatch> = {
  extensions: { srh: Object.fromEntries(OPTIONS.map((name) => [name, 1])) },
  negatable: OPTIONS,
  parse({ options, scope }) {
    const numbers = (field: string): readonly (SrhNumber | undefined)[] =>
      COMPARES.flatMap((compare) => {
        const option = find(options, `--srh-${field}-${compare}`);
        return option ? [number(option, compare, 255)] : [];
      });
    const single = (field: string, max: number): SrhNumber | null | undefined => {
      const option = find(options, `--srh-${field}`);
      return option ? number(option, 'eq', max) : null;
    };
    const address = (field: string) => {
      const option = find(options, `--srh-${field}`);
      return option ? parseAddressMatch(firstValue(option), option.negated, scope) : undefined;
    };
    const nextHeader = single('next-hdr', 255);
    const tag = single('tag', 65_535);
    const [headerLength, segmentsLeft, lastEntry] = COMPARED.map(numbers);
    const [previous, next, last] = ADDRESSES.map(address);
    if (nextHeader === undefined || tag === undefined) return null;
    if (previous === null || next === null || last === null) return null;
    const known = [headerLength, segmentsLeft, lastEntry].map((list = []) =>
      list.flatMap((one) => one ?? []),
    );
    if (known.flat().length < [headerLength, segmentsLeft, lastEntry].flat().length) return null;
    return {
      kind: 'srh',
      nextHeader,
      headerLength: known[0] ?? [],
      segmentsLeft: known[1] ?? [],
      lastEntry: known[2] ?? [],
      tag,
      previous: previous ?? null,
      next: next ?? null,
      last: last ?? null,
    };
  },
  print: (match) =>
    joined(
      'srh',
      printNumber('next-hdr', match.nextHeader),
      ...match.headerLength.map((one) => printNumber(`hdr-len-${one.compare}`, one)),
      ...match.segmentsLeft.map((one) => printNumber(`segs-left-${one.compare}`, one)),
      ...match.lastEntry.map((one) => printNumber(`last-entry-${one.compare}`, one)),
      printNumber('tag', match.tag),
      printAddress('psid', match.previous),
      printAddress('nsid', match.next),
      printAddress('lsid', match.last),
    ),
};

function number(
  option: OptionUse,
  compare: SrhNumber['compare'],
  max: number,
): SrhNumber | undefined {
  const value = numberOption(option, max);
  return value ? { negated: value.negated, compare, value: value.value } : undefined;
}

function printNumber(field: string, asked: SrhNumber | null): string {
  return asked ? printed(asked.negated, `--srh-${field} ${asked.value}`) : '';
}

function printAddress(field: string, match: SrhMatch['next']): string {
  return match ? printed(match.negated, `--srh-${field} ${printMaskedAddress(match)}`) : '';
}
