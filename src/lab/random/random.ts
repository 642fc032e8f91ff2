/** A seeded source of chance: the same seed gives the same draws on every machine. */
export interface Random {
  /** A whole number from 0 to `limit - 1`. */
  below(limit: number): number;
  /** True once in `1 / probability` draws. */
  chance(probability: number): boolean;
  pick<T>(list: readonly T[]): T;
  /** Each element with a probability of its own draw. */
  some<T>(list: readonly T[], probability: number): readonly T[];
  weighted<T>(choices: readonly (readonly [weight: number, value: T])[]): T;
}

/** mulberry32 by Tommy Ettinger (public domain): 32 bits of state are plenty for test cases. */
export function seededRandom(...seeds: readonly number[]): Random {
  let state = seeds.reduce((mixed, seed) => mix(mixed ^ (seed >>> 0)), 0x9e37_79b9);
  const unit = (): number => {
    state = (state + 0x6d2b_79f5) | 0;
    return mix(state) / 0x1_0000_0000;
  };
  const below = (limit: number): number => Math.floor(unit() * limit);
  const pick = <T>(list: readonly T[]): T => {
    const value = list[below(list.length)];
    if (value === undefined) throw new Error('nothing to pick from');
    return value;
  };
  return {
    below,
    pick,
    chance: (probability) => unit() < probability,
    some: (list, probability) => list.filter(() => unit() < probability),
    weighted(choices) {
      let rest = unit() * choices.reduce((sum, [weight]) => sum + weight, 0);
      for (const [weight, value] of choices) {
        rest -= weight;
        if (rest < 0) return value;
      }
      return pick(choices)[1];
    },
  };
}

/** All bits of the result depend on all bits of the input. */
function mix(input: number): number {
  let bits = input;
  bits = Math.imul(bits ^ (bits >>> 15), bits | 1);
  bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
  return (bits ^ (bits >>> 14)) >>> 0;
}
