/** The text of a save without its `nfacct` matches, and the lines that had one. */
export interface WithoutAccounting {
  readonly text: string;
  readonly lines: readonly number[];
}

/**
 * Leaves out matches of nfacct. They name objects that no save holds, always match, and count there:
 * without them a rule does the same. Linux: nfacct_mt() ends in true for an object without a quota.
 */
export function withoutAccounting(text: string): WithoutAccounting {
  const lines: number[] = [];
  if (!text.includes('-m nfacct ')) return { text, lines };
  const kept = text.split('\n').map((line, index) => {
    const bare = line.replaceAll(/ -m nfacct --nfacct-name +\S+/g, '');
    if (bare !== line) lines.push(index + 1);
    return bare;
  });
  return { text: kept.join('\n'), lines };
}
