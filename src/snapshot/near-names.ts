/** The known names that a mistyped one may mean, the nearest first. */
export function nearNames(text: string, known: Iterable<string>): readonly string[] {
  const limit = Math.max(2, Math.floor(text.length / 4));
  const near: { readonly name: string; readonly distance: number }[] = [];
  for (const name of known) {
    // A part of a name is as good as a near one.
    const part = text.length > 1 && name.includes(text);
    const distance = part ? 0 : editDistance(text, name, limit);
    if (distance <= limit) near.push({ name, distance });
  }
  return near
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .slice(0, 5)
    .map(({ name }) => name);
}

/** Insertions, deletions and replacements between two words; above the limit it gives up. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let before = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = (before[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(replace, (before[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    if (Math.min(...row) > limit) return limit + 1;
    before = row;
  }
  return before[b.length] ?? limit + 1;
}
