/** Damages bytes at random, the same way for one seed. */
export interface Mutator {
  /** A changed copy, a little longer or shorter than the original. */
  mutate(original: Uint8Array, other: Uint8Array): Uint8Array;
}

/** A small generator of good enough numbers (mulberry32). */
export function randomNumbers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % Math.max(1, below);
  };
}

/** Values at which lengths, counts and text are often read wrongly. */
const EDGES = [0, 1, 3, 4, 9, 10, 32, 40, 58, 62, 91, 127, 128, 254, 255];

export function mutator(random: (below: number) => number): Mutator {
  const once = (bytes: Uint8Array, other: Uint8Array): Uint8Array => {
    const at = random(bytes.length + 1);
    const length = 1 + random(random(4) === 0 ? 64 : 4);
    const behind = bytes.subarray(Math.min(bytes.length, at + length));
    switch (random(7)) {
      case 0: {
        const changed = bytes.slice();
        for (let i = at; i < at + length && i < changed.length; i++) changed[i] = random(256);
        return changed;
      }
      case 1: {
        const changed = bytes.slice();
        const edge = EDGES[random(EDGES.length)] ?? 0;
        for (let i = at; i < at + length && i < changed.length; i++) changed[i] = edge;
        return changed;
      }
      case 2: {
        const changed = bytes.slice();
        if (at < changed.length) changed[at] = (changed[at] ?? 0) ^ (1 << random(8));
        return changed;
      }
      case 3:
        return joined(bytes.subarray(0, at), behind);
      case 4:
        return joined(bytes.subarray(0, at + length), bytes.subarray(at));
      case 5: {
        const from = random(other.length);
        return joined(bytes.subarray(0, at), other.subarray(from, from + length * 8), behind);
      }
      default:
        return bytes.slice(0, at);
    }
  };
  return {
    mutate(original, other) {
      let bytes = original;
      for (let times = 1 + random(6); times > 0; times--) bytes = once(bytes, other);
      return bytes;
    },
  };
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
