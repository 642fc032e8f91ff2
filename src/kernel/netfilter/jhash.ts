/**
 * Bob Jenkins' hash (lookup3) as the kernel has it. All numbers are unsigned and of 32 bits.
 * Linux: include/linux/jhash.h.
 */
const INITIAL = 0xdeadbeef;

interface State {
  a: number;
  b: number;
  c: number;
}

const rotate = (word: number, by: number): number => (word << by) | (word >>> (32 - by));

/** Linux: __jhash_final(). */
function final(s: State): number {
  s.c = ((s.c ^ s.b) - rotate(s.b, 14)) | 0;
  s.a = ((s.a ^ s.c) - rotate(s.c, 11)) | 0;
  s.b = ((s.b ^ s.a) - rotate(s.a, 25)) | 0;
  s.c = ((s.c ^ s.b) - rotate(s.b, 16)) | 0;
  s.a = ((s.a ^ s.c) - rotate(s.c, 4)) | 0;
  s.b = ((s.b ^ s.a) - rotate(s.a, 14)) | 0;
  s.c = ((s.c ^ s.b) - rotate(s.b, 24)) | 0;
  return s.c >>> 0;
}

/** Linux: jhash_1word(), __jhash_nwords(). */
export function jhashOne(word: number, seed: number): number {
  const start = (INITIAL + (1 << 2) + seed) | 0;
  return final({ a: (start + word) | 0, b: start, c: start });
}

/** Linux: jhash_3words(), __jhash_nwords(). */
export function jhashThree(words: readonly [number, number, number], seed: number): number {
  const start = (INITIAL + (3 << 2) + seed) | 0;
  const [a, b, c] = words;
  return final({ a: (start + a) | 0, b: (start + b) | 0, c: (start + c) | 0 });
}

/** Maps a hash to 0..range-1. Linux: reciprocal_scale(). */
export function reciprocalScale(hash: number, range: number): number {
  return Number((BigInt(hash) * BigInt(range)) >> 32n);
}
