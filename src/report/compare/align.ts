/** Two lists side by side: equal keys in one row, the others in rows of their own, in order. */
export interface Aligned<T> {
  readonly a: T | null;
  readonly b: T | null;
}

/** Aligns by the longest common subsequence of keys. */
export function align<T>(a: readonly T[], b: readonly T[], key: (item: T) => string): Aligned<T>[] {
  const keysA = a.map(key);
  const keysB = b.map(key);
  const lengths = commonLengths(keysA, keysB);
  const rows: Aligned<T>[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const itemA = a[i];
    const itemB = b[j];
    if (itemA !== undefined && itemB !== undefined && keysA[i] === keysB[j]) {
      rows.push({ a: itemA, b: itemB });
      i++;
      j++;
    } else if (
      itemB === undefined ||
      (itemA !== undefined && at(lengths, i + 1, j) >= at(lengths, i, j + 1))
    ) {
      rows.push({ a: itemA ?? null, b: null });
      i++;
    } else {
      rows.push({ a: null, b: itemB });
      j++;
    }
  }
  return rows;
}

function at(lengths: readonly (readonly number[])[], i: number, j: number): number {
  return lengths[i]?.[j] ?? 0;
}

/** `[i][j]`: the longest common subsequence of what follows `i` in one and `j` in the other. */
function commonLengths(a: readonly string[], b: readonly string[]): readonly (readonly number[])[] {
  const rows: number[][] = [new Array<number>(b.length + 1).fill(0)];
  for (let i = a.length - 1; i >= 0; i--) {
    const below = rows[0] ?? [];
    const row = new Array<number>(b.length + 1).fill(0);
    for (let j = b.length - 1; j >= 0; j--) {
      row[j] = a[i] === b[j] ? 1 + (below[j + 1] ?? 0) : Math.max(below[j] ?? 0, row[j + 1] ?? 0);
    }
    rows.unshift(row);
  }
  return rows;
}
