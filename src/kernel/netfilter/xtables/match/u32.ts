import { type WireByte, wireBytes } from '../../../../packet/wire.ts';
import type { Ternary } from '../../../decide.ts';
import { answer, type MatchModel } from './match-model.ts';
import { unknownBytes } from './unknown-bytes.ts';

/** `-m u32`: numbers in a packet. Linux: struct xt_u32. */
export interface U32Match {
  readonly kind: 'u32';
  readonly negated: boolean;
  /** All must hold. */
  readonly tests: readonly U32Test[];
}

export interface U32Test {
  /** Where the first number is read, from the IP header's first byte on. */
  readonly start: number;
  readonly steps: readonly U32Step[];
  /** The result is in one of them. */
  readonly ranges: readonly { readonly first: number; readonly last: number }[];
}

/** `@`: go on by the number, and read so far from there. */
export interface U32Step {
  readonly operator: '&' | '<<' | '>>' | '@';
  readonly number: number;
}

/** Decided as far as the bytes are known. Linux: u32_mt(), u32_match_it(). */
export const u32Match: MatchModel<U32Match> = {
  support: () => 'given-fact',
  effect: 'pure',
  evaluate({ negated, tests }, context) {
    const bytes = wireBytes(context.packet.skb.packet);
    let unknown = false;
    for (const test of tests) {
      const holds = evaluateTest(test, bytes);
      if (holds === 'no') return answer(negated);
      if (holds === 'unknown') unknown = true;
    }
    return unknown ? unknownBytes(context, 'u32') : answer(!negated);
  },
};

/** A number of which some bits are not known. */
interface Partly {
  readonly bits: number;
  readonly unknown: number;
}

function evaluateTest({ start, steps, ranges }: U32Test, bytes: readonly WireByte[]): Ternary {
  let at = 0;
  let value = read(bytes, start);
  for (const { operator, number } of steps) {
    if (value === null) return 'no';
    if (operator === '@') {
      if (value.unknown !== 0) return 'unknown';
      at += value.bits;
      value = read(bytes, at + number);
    } else value = step(value, operator, number);
  }
  if (value === null) return 'no';
  const { bits, unknown } = value;
  const highest = (bits | unknown) >>> 0;
  if (ranges.some(({ first, last }) => bits >= first && highest <= last)) return 'yes';
  return ranges.every(({ first, last }) => highest < first || bits > last) ? 'no' : 'unknown';
}

function step({ bits, unknown }: Partly, operator: '&' | '<<' | '>>', number: number): Partly {
  switch (operator) {
    case '&':
      return { bits: (bits & number) >>> 0, unknown: (unknown & number) >>> 0 };
    case '<<':
      return number > 31
        ? { bits: 0, unknown: 0 }
        : { bits: (bits << number) >>> 0, unknown: (unknown << number) >>> 0 };
    case '>>':
      return number > 31
        ? { bits: 0, unknown: 0 }
        : { bits: bits >>> number, unknown: unknown >>> number };
  }
}

/** Four bytes; null beyond the packet's end. */
function read(bytes: readonly WireByte[], at: number): Partly | null {
  if (at + 4 > bytes.length) return null;
  let bits = 0;
  let unknown = 0;
  for (let i = at; i < at + 4; i++) {
    const byte = bytes[i] ?? null;
    bits = ((bits << 8) | (byte ?? 0)) >>> 0;
    unknown = ((unknown << 8) | (byte === null ? 255 : 0)) >>> 0;
  }
  return { bits, unknown };
}
