import { type Address, formatAddress } from '../../packet/address.ts';

/** A value as JSON holds it: addresses are text, everything else keeps its shape. */
export type Plain<T> = T extends Address
  ? string
  : T extends readonly (infer Element)[]
    ? readonly Plain<Element>[]
    : T extends object
      ? { readonly [Key in keyof T]: Plain<T[Key]> }
      : T;

/** Turns addresses into text, at any depth. */
export function plain<T>(value: T): Plain<T> {
  // The type follows the value's shape, which the compiler cannot see through the recursion.
  return convert(value) as Plain<T>;
}

function convert(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(convert);
  if (typeof value !== 'object' || value === null) return value;
  if (isAddress(value)) return formatAddress(value);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, convert(each)]));
}

function isAddress(value: object): value is Address {
  return (
    'family' in value &&
    'bits' in value &&
    (typeof value.bits === 'number' || typeof value.bits === 'bigint')
  );
}
