import { type Address, formatAddress } from '../../../packet/address.ts';

/**
 * One component of an nft value. Integers of up to 48 bits are numbers in host order, IPv6
 * addresses bigints, interface names text (an interface index is its device's name, as nft prints
 * it).
 */
export type Scalar = number | bigint | string;

/** A component whose value the model does not know is null. */
export type Part = Scalar | null;

/** A value has one component, or several when it is a concatenation (`ip daddr . tcp dport`). */
export type Value = readonly Part[];

/** All scalars from `first` to `last`; a single one has both equal. */
export interface Interval {
  readonly first: Scalar;
  readonly last: Scalar;
}

/** What an expression gave. A `break` ends the rule without a match. Linux: NFT_BREAK. */
export type Evaluated = { readonly kind: 'value'; readonly value: Value } | typeof BREAK;

export const BREAK = { kind: 'break' } as const;

/** A known value of one component. */
export function known(scalar: Scalar): Evaluated {
  return { kind: 'value', value: [scalar] };
}

/** A value of one component that the model does not know. */
export const UNKNOWN_VALUE: Evaluated = { kind: 'value', value: [null] };

/** The interval of one scalar. */
export function single(scalar: Scalar): Interval {
  return { first: scalar, last: scalar };
}

export function isSingle(interval: Interval): boolean {
  return interval.first === interval.last;
}

/** Whether the interval holds the scalar; scalars of different kinds never meet. */
export function within(interval: Interval, scalar: Scalar): boolean {
  return (
    typeof interval.first === typeof scalar && interval.first <= scalar && scalar <= interval.last
  );
}

/** The scalar of an address. */
export function addressScalar(address: Address): Scalar {
  return address.bits;
}

/** The address of a scalar, or null when it is none. */
export function scalarAddress(scalar: Scalar): Address | null {
  if (typeof scalar === 'number') return { family: 4, bits: scalar };
  return typeof scalar === 'bigint' ? { family: 6, bits: scalar } : null;
}

/** A scalar for the reader of a question: numbers as they are, IPv6 addresses as such. */
export function formatPart(scalar: Scalar): string {
  return typeof scalar === 'bigint' ? formatAddress({ family: 6, bits: scalar }) : String(scalar);
}
