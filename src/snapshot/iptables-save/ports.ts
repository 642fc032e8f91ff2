import type { PortRange } from '../../kernel/netfilter/xtables/match/port-range.ts';
import type { OptionUse } from './grammar.ts';
import { type NumberRange, parseRange, printRange } from './numbers.ts';

const MAX_PORT = 65_535;

/** Reads `80`, `80:90`, `:90` or `80:`. */
export function parsePorts(text: string): NumberRange | null {
  return parseRange(text, ':', MAX_PORT);
}

/** A port option: null when it is absent, undefined when it is malformed. */
export function portOption(option: OptionUse | undefined): PortRange | null | undefined {
  return rangeOption(option, MAX_PORT);
}

/** An option with a range of numbers: null when it is absent, undefined when it is malformed. */
export function rangeOption(
  option: OptionUse | undefined,
  max: number,
): PortRange | null | undefined {
  if (!option) return null;
  const range = parseRange(option.values[0] ?? '', ':', max);
  return range ? { negated: option.negated, ...range } : undefined;
}

/** Prints a port option, '' when there is none. */
export function printPorts(name: string, range: PortRange | null): string {
  if (range === null) return '';
  return `${range.negated ? '! ' : ''}${name} ${printRange(range, ':')}`;
}
