/** Reads a number in decimal, `0x` or octal notation up to a limit; null when it is none. */
export function parseNumber(text: string, max: number): number | null {
  if (!/^(?:0x[0-9a-fA-F]{1,8}|\d{1,10})$/.test(text)) return null;
  const octal = text.length > 1 && text.startsWith('0') && !text.startsWith('0x');
  const value = octal ? Number.parseInt(text, 8) : Number(text);
  return value <= max ? value : null;
}

export const MAX_U32 = 0xffffffff;

/** A value under a mask. */
export interface Masked {
  readonly value: number;
  readonly mask: number;
}

/** Reads `value[/mask]`; without a mask every bit counts. */
export function parseMasked(text: string, max = MAX_U32): Masked | null {
  const slash = text.indexOf('/');
  const value = parseNumber(slash < 0 ? text : text.slice(0, slash), max);
  const mask = slash < 0 ? max : parseNumber(text.slice(slash + 1), max);
  return value === null || mask === null ? null : { value, mask };
}

/** `0x4000`. */
export function hex(value: number, digits = 1): string {
  return `0x${value.toString(16).padStart(digits, '0')}`;
}

/** `0x1/0x3`. */
export function printMasked({ value, mask }: Masked, digits = 1): string {
  return `${hex(value, digits)}/${hex(mask, digits)}`;
}

/** `0x1`, or with its mask where that is not full. */
export function printMark(mark: Masked): string {
  return mark.mask === MAX_U32 ? hex(mark.value) : printMasked(mark);
}

export interface NumberRange {
  readonly first: number;
  readonly last: number;
}

/** Reads `a`, `a:b`, `:b` or `a:`; separator and largest number as given. */
export function parseRange(text: string, separator: string, max: number): NumberRange | null {
  const at = text.indexOf(separator);
  if (at < 0) {
    const only = parseNumber(text, max);
    return only === null ? null : { first: only, last: only };
  }
  const first = at === 0 ? 0 : parseNumber(text.slice(0, at), max);
  const last = at === text.length - 1 ? max : parseNumber(text.slice(at + 1), max);
  return first === null || last === null || text === separator ? null : { first, last };
}

/** Prints a range, one number when its ends are equal. */
export function printRange({ first, last }: NumberRange, separator: string): string {
  return first === last ? String(first) : `${first}${separator}${last}`;
}

/** An option with one number that `!` may stand before. */
export interface NegatableNumber {
  readonly negated: boolean;
  readonly value: number;
}

/** Reads such an option: null when it is absent, undefined when it is malformed. */
export function numberOption(
  option: { readonly negated: boolean; readonly values: readonly string[] } | undefined,
  max: number,
): NegatableNumber | null | undefined {
  if (!option) return null;
  const value = parseNumber(option.values[0] ?? '', max);
  return value === null ? undefined : { negated: option.negated, value };
}
