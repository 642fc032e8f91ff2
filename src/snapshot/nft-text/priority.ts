/** Names of priorities, by family. Linux: enum nf_ip_hook_priorities, nf_br_hook_priorities. */
const INET: Readonly<Record<string, number>> = {
  raw: -300,
  mangle: -150,
  dstnat: -100,
  filter: 0,
  security: 50,
  srcnat: 100,
};

const BRIDGE: Readonly<Record<string, number>> = {
  dstnat: -300,
  filter: -200,
  out: 100,
  srcnat: 300,
};

/** `filter`, `dstnat + 5`, `-10` as a number; null when it is none of the family's. */
export function priorityOf(family: string, words: readonly string[]): number | null {
  const [first = '', sign = '', offset = ''] = words;
  const names = family === 'bridge' ? BRIDGE : INET;
  const base = /^-?\d{1,10}$/.test(first)
    ? Number(first)
    : Object.hasOwn(names, first)
      ? (names[first] ?? null)
      : null;
  if (base === null || words.length === 1) return base;
  if (words.length !== 3 || !/^[+-]$/.test(sign) || !/^\d{1,10}$/.test(offset)) return null;
  return sign === '+' ? base + Number(offset) : base - Number(offset);
}
