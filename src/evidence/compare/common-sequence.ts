/** An element of either sequence, or one of each that are equal. */
export type Pair<T> =
  | { readonly kind: 'both'; readonly a: T; readonly b: T }
  | { readonly kind: 'a'; readonly a: T }
  | { readonly kind: 'b'; readonly b: T };

/** Pairs two sequences by their longest common subsequence; what has no partner stands alone. */
export function commonSequence<T extends object>(
  a: readonly T[],
  b: readonly T[],
  equal: (x: T, y: T) => boolean,
): readonly Pair<T>[] {
  const width = b.length + 1;
  const best = new Uint16Array((a.length + 1) * width);
  const at = (i: number, j: number): number => best[i * width + j] ?? 0;
  const same = (i: number, j: number): boolean => {
    const [x, y] = [a[i], b[j]];
    return x !== undefined && y !== undefined && equal(x, y);
  };
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      best[i * width + j] = same(i, j)
        ? at(i + 1, j + 1) + 1
        : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const pairs: Pair<T>[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const [x, y] = [a[i], b[j]];
    if (x !== undefined && y !== undefined && equal(x, y)) {
      pairs.push({ kind: 'both', a: x, b: y });
      i++;
      j++;
    } else if (x !== undefined && (y === undefined || at(i + 1, j) >= at(i, j + 1))) {
      pairs.push({ kind: 'a', a: x });
      i++;
    } else if (y !== undefined) {
      pairs.push({ kind: 'b', b: y });
      j++;
    }
  }
  return pairs;
}
