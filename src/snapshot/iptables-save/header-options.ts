import type { HeaderMatch } from '../../kernel/netfilter/xtables/rule.ts';
import { parseAddressMatch, printAddressOption } from './addresses.ts';
import { parseDevice, printDevice } from './devices.ts';
import { joined, type ParseScope, printed } from './grammar.ts';
import { printProtocol, readProtocol } from './protocol-name.ts';

/** A rule's header while its options are read. */
export type HeaderDraft = { -readonly [K in keyof HeaderMatch]: HeaderMatch[K] };

/** A header that asks nothing yet. */
export function newHeader(): HeaderDraft {
  return {
    source: null,
    destination: null,
    inDevice: null,
    outDevice: null,
    protocol: null,
    fragment: null,
  };
}

export type HeaderOptionName = '-s' | '-d' | '-i' | '-o' | '-p' | '-f';

const NAMES: ReadonlyMap<string, HeaderOptionName> = new Map([
  ['-s', '-s'],
  ['--source', '-s'],
  ['--src', '-s'],
  ['-d', '-d'],
  ['--destination', '-d'],
  ['--dst', '-d'],
  ['-i', '-i'],
  ['--in-interface', '-i'],
  ['-o', '-o'],
  ['--out-interface', '-o'],
  ['-p', '-p'],
  ['--protocol', '-p'],
  ['-f', '-f'],
  ['--fragment', '-f'],
]);

/** The header's option of a name, undefined when the header has none such. */
export function headerOption(name: string): HeaderOptionName | undefined {
  return NAMES.get(name);
}

export interface HeaderOption {
  readonly name: HeaderOptionName;
  readonly negated: boolean;
  /** Undefined when the line ends before it, and for `-f`. */
  readonly value: string | undefined;
}

/** Takes an option into the header; false when its value is wrong. */
export function readHeaderOption(
  header: HeaderDraft,
  { name, negated, value }: HeaderOption,
  scope: ParseScope,
): boolean {
  if (name === '-f') {
    header.fragment = negated ? 'first' : 'later';
    return true;
  }
  if (value === undefined) return false;
  switch (name) {
    case '-s':
    case '-d': {
      const match = parseAddressMatch(value, negated, scope);
      if (match === null) return false;
      if (name === '-s') header.source = match;
      else header.destination = match;
      return true;
    }
    case '-i':
      header.inDevice = parseDevice(value, negated);
      return true;
    case '-o':
      header.outDevice = parseDevice(value, negated);
      return true;
    case '-p': {
      const protocol = readProtocol(value);
      if (protocol === null || (protocol === 0 && negated)) return false;
      header.protocol = protocol === 0 ? null : { negated, protocol };
      return true;
    }
  }
}

/** The header as iptables-save prints it, '' when it asks nothing. */
export function printHeader(header: HeaderMatch): string {
  const { source, destination, inDevice, outDevice, protocol, fragment } = header;
  return joined(
    printAddressOption('-s', source),
    printAddressOption('-d', destination),
    printDevice('-i', inDevice),
    printDevice('-o', outDevice),
    protocol ? printed(protocol.negated, `-p ${printProtocol(protocol.protocol)}`) : '',
    fragment ? printed(fragment === 'first', '-f') : '',
  );
}
