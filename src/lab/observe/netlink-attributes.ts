/** Netlink attributes: `struct nlattr` in the byte order of the host, values as each protocol says. */

const NESTED = 0x8000;
const TYPE_MASK = 0x3fff;

/** One attribute with its value's bytes. */
export function attribute(type: number, value: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + aligned(value.length));
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 4 + value.length, true);
  view.setUint16(2, type, true);
  bytes.set(value, 4);
  return bytes;
}

/** An attribute that holds others. */
export function nested(type: number, ...inside: readonly Uint8Array[]): Uint8Array {
  return attribute(type | NESTED, joined(inside));
}

/** A string with its terminator. */
export function textAttribute(type: number, text: string): Uint8Array {
  return attribute(type, new TextEncoder().encode(`${text}\0`));
}

/** A 32-bit number in network order, as netfilter has them. */
export function numberAttribute(type: number, value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value >>> 0);
  return attribute(type, bytes);
}

/** The attributes in bytes, by type; of several of one type the last. */
export type Attributes = ReadonlyMap<number, DataView>;

/** Reads attributes until their end or the first one that does not fit. */
export function readAttributes(bytes: DataView): Attributes {
  const found = new Map<number, DataView>();
  eachAttribute(bytes, (type, value) => found.set(type, value));
  return found;
}

/** Calls back for each attribute in order: lists repeat a type. */
export function eachAttribute(
  bytes: DataView,
  each: (type: number, value: DataView) => void,
): void {
  for (let at = 0; at + 4 <= bytes.byteLength; ) {
    const length = bytes.getUint16(at, true);
    if (length < 4 || at + length > bytes.byteLength) return;
    const value = new DataView(bytes.buffer, bytes.byteOffset + at + 4, length - 4);
    each(bytes.getUint16(at + 2, true) & TYPE_MASK, value);
    at += aligned(length);
  }
}

/** A terminated string; null when the attribute is not there. */
export function textOf(value: DataView | undefined): string | null {
  if (!value) return null;
  const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}

/** A 32-bit number in network order; null when the attribute is not there. */
export function numberOf(value: DataView | undefined): number | null {
  return value && value.byteLength >= 4 ? value.getUint32(0) : null;
}

/** The bytes of an attribute; none when it is not there. */
export function bytesIn(value: DataView | undefined): Uint8Array {
  return value
    ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
    : new Uint8Array();
}

/** Netlink's parts begin at multiples of four. */
export function aligned(length: number): number {
  return (length + 3) & ~3;
}

/** One after the other; each is aligned already. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((total, { length }) => total + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
