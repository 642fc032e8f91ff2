import type { NatPorts, NatRange } from '../../kernel/netfilter/xtables/target/nat-range.ts';
import { type Address, formatAddress, parseAddress } from '../../packet/address.ts';
import { parseRange, printRange } from './numbers.ts';

const MAX_PORT = 65_535;

export interface NatRangeText extends Pick<NatRange, 'first' | 'last' | 'ports'> {
  /** `/100` after a range of ports. */
  readonly basePort: number | null;
}

/**
 * Reads `address[-address][:port[-port[/base]]]`; an IPv6 address with ports is in brackets.
 * iptables: libxt_NAT.c parse_to().
 */
export function parseNatRange(text: string, family: 4 | 6): NatRangeText | null {
  const { addresses, portText } = split(text, family);
  const [firstText = '', lastText] = addresses.split('-');
  let first: Address | null = null;
  let last: Address | null = null;
  if (addresses !== '') {
    first = parseAddress(firstText);
    last = lastText === undefined ? first : parseAddress(lastText);
    if (first?.family !== family || last?.family !== family) return null;
  }
  if (portText === null) return first ? { first, last, ports: null, basePort: null } : null;
  const [range = '', baseText] = portText.split('/');
  const ports = parseNatPorts(range);
  const base = baseText === undefined ? null : parseNatPorts(baseText);
  if (ports === null || (baseText !== undefined && base === null)) return null;
  return { first, last, ports, basePort: base?.first ?? null };
}

function split(text: string, family: 4 | 6): { addresses: string; portText: string | null } {
  if (family === 4 || text.startsWith(':')) {
    const colon = text.indexOf(':');
    if (colon < 0) return { addresses: text, portText: null };
    return { addresses: text.slice(0, colon), portText: text.slice(colon + 1) };
  }
  if (!text.startsWith('[')) return { addresses: text, portText: null };
  const close = text.indexOf(']');
  const rest = text.slice(close + 1);
  const addresses = text.slice(1, close).replace(/\]?-\[?/, '-');
  return { addresses, portText: rest.startsWith(':') ? rest.slice(1) : null };
}

/** Reads `80` or `80-90`. */
export function parseNatPorts(text: string): NatPorts | null {
  return /^\d+(?:-\d+)?$/.test(text) ? parseRange(text, '-', MAX_PORT) : null;
}

/** Prints what `parseNatRange` reads. */
export function printNatRange({ first, last, ports, basePort }: NatRangeText): string {
  let addresses = '';
  if (first && last) {
    addresses = formatAddress(first);
    if (first.bits !== last.bits) addresses += `-${formatAddress(last)}`;
    if (first.family === 6 && ports) addresses = `[${addresses}]`;
  }
  if (!ports) return addresses;
  const base = basePort === null ? '' : `/${basePort}`;
  return `${addresses}:${printRange(ports, '-')}${base}`;
}
