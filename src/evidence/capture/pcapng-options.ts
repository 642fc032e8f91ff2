/** Options at the end of a pcapng block; the last one may be missing. */

/** Calls `take` with the code and place of each option from `from` to `end`. */
export function eachOption(
  view: DataView,
  from: number,
  end: number,
  little: boolean,
  take: (code: number, at: number, length: number) => void,
): void {
  for (let at = from; at + 4 <= end; ) {
    const code = view.getUint16(at, little);
    const length = view.getUint16(at + 2, little);
    if (code === 0 || at + 4 + length > end) return;
    take(code, at + 4, length);
    at += 4 + length + ((4 - (length % 4)) % 4);
  }
}

/** if_tsresol: a power of ten, or of two when the top bit is set. */
export function unitsPerSecond(value: number): number {
  return value & 0x80 ? 2 ** (value & 0x7f) : 10 ** value;
}

/** if_tsoffset: seconds as a signed number of 64 bits; real ones fit a double. */
export function signed64(view: DataView, at: number, little: boolean): number {
  return Number(view.getBigInt64(at, little));
}

/** Nanoseconds since 1970 do not fit a double exactly, so whole seconds are split off first. */
export function toSeconds(high: number, low: number, perSecond: number): number {
  const units = high * 4294967296 + low;
  if (units <= Number.MAX_SAFE_INTEGER || !Number.isSafeInteger(perSecond)) {
    return units / perSecond;
  }
  const exact = (BigInt(high) << 32n) | BigInt(low);
  const per = BigInt(perSecond);
  return Number(exact / per) + Number(exact % per) / perSecond;
}

const decoder = new TextDecoder();

/** Text of a file on one line; what would move a terminal's cursor is left out. */
export function optionText(data: Uint8Array, at: number, length: number): string {
  const text = decoder.decode(data.subarray(at, at + Math.min(length, 2000)));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  return text.replace(/[\u0000-\u001f\u007f]+/g, ' ').trim();
}
