import { type Address, parseAddress } from '../../packet/address.ts';
import { type Prefix, parsePrefix } from '../../packet/prefix.ts';
import { PROTOCOL, parseProtocol } from '../../packet/protocol.ts';

/** A part of a set's type, e.g. both of `hash:net,port`. */
export type IpsetDimension = 'ip' | 'net' | 'port' | 'mac' | 'iface' | 'mark' | 'set';

/** One part of an element. */
export type IpsetPart =
  | { readonly kind: 'prefix'; readonly prefix: Prefix }
  | { readonly kind: 'range'; readonly first: Address; readonly last: Address }
  | {
      readonly kind: 'port';
      /** null: TCP and UDP, as in bitmap:port. */
      readonly protocol: number | null;
      readonly first: number;
      readonly last: number;
    }
  | { readonly kind: 'mac'; readonly mac: string }
  | { readonly kind: 'iface'; readonly name: string; readonly physdev: boolean }
  | { readonly kind: 'mark'; readonly mark: number };

const DIMENSIONS: readonly string[] = [
  'ip',
  'net',
  'port',
  'mac',
  'iface',
  'mark',
  'set',
] satisfies readonly IpsetDimension[];

/** The parts of a set's type, or null when one is not known. */
export function ipsetDimensions(type: string): readonly IpsetDimension[] | null {
  const parts = type.slice(type.indexOf(':') + 1).split(',');
  return parts.every(isDimension) ? parts : null;
}

function isDimension(text: string): text is IpsetDimension {
  return DIMENSIONS.includes(text);
}

/**
 * Reads an element of a set with these dimensions, or null when it is malformed. An element of
 * bitmap:ip,mac may have no MAC yet; it then has one part less.
 */
export function parseIpsetElement(
  element: string,
  dimensions: readonly IpsetDimension[],
  anyProtocol: boolean,
): readonly IpsetPart[] | null {
  const texts = element.split(',');
  const known = texts.length + (isMacMissing(texts, dimensions) ? 1 : 0);
  if (known !== dimensions.length) return null;
  const parts: IpsetPart[] = [];
  for (const [i, dimension] of dimensions.slice(0, texts.length).entries()) {
    const part = parsePart(texts[i] ?? '', dimension, anyProtocol);
    if (part === null) return null;
    parts.push(part);
  }
  return parts;
}

/** The kernel takes the first packet's MAC then. Linux: bitmap_ipmac_do_test(). */
function isMacMissing(texts: readonly string[], dimensions: readonly IpsetDimension[]): boolean {
  return texts.length === 1 && dimensions.length === 2 && dimensions[1] === 'mac';
}

function parsePart(
  text: string,
  dimension: IpsetDimension,
  anyProtocol: boolean,
): IpsetPart | null {
  switch (dimension) {
    case 'ip':
    case 'net':
      return parseAddresses(text);
    case 'port':
      return parsePorts(text, anyProtocol);
    case 'mac':
      return /^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/i.test(text)
        ? { kind: 'mac', mac: text.toLowerCase() }
        : null;
    case 'iface': {
      const physdev = text.startsWith('physdev:');
      return { kind: 'iface', name: physdev ? text.slice('physdev:'.length) : text, physdev };
    }
    case 'mark':
      return /^(?:0x[0-9a-f]{1,8}|\d{1,10})$/i.test(text)
        ? { kind: 'mark', mark: Number(text) }
        : null;
    case 'set':
      return null;
  }
}

function parseAddresses(text: string): IpsetPart | null {
  const dash = text.indexOf('-');
  if (dash < 0) {
    const prefix = parsePrefix(text);
    return prefix && { kind: 'prefix', prefix };
  }
  const first = parseAddress(text.slice(0, dash));
  const last = parseAddress(text.slice(dash + 1));
  return first && last && { kind: 'range', first, last };
}

/** `tcp:80`, `80-90`, `icmp:8/0`; without a protocol it is TCP, in bitmap:port also UDP. */
function parsePorts(text: string, anyProtocol: boolean): IpsetPart | null {
  const colon = text.indexOf(':');
  const protocol =
    colon < 0 ? (anyProtocol ? null : PROTOCOL.tcp) : parseProtocol(text.slice(0, colon));
  if (colon >= 0 && protocol === null) return null;
  const range = /^(\d{1,5})(?:([-/])(\d{1,5}))?$/.exec(text.slice(colon + 1));
  if (!range) return null;
  const first = Number(range[1]);
  if (range[2] === '/') {
    const port = first * 256 + Number(range[3]);
    return { kind: 'port', protocol, first: port, last: port };
  }
  return { kind: 'port', protocol, first, last: range[3] === undefined ? first : Number(range[3]) };
}
