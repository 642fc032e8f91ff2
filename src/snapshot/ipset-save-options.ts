/** What the options of `create` say about who is a member. */
export interface SetOptions {
  readonly family: 4 | 6 | null;
  readonly netmask: number | null;
  readonly markmask: number | null;
  /** Options that change who is a member and are not modelled, or are not known. */
  readonly unsupported: readonly string[];
}

/** How large a set is, how it is stored and what its elements carry: no matter of membership. */
const SIZES = new Set(['hashsize', 'maxelem', 'bucketsize', 'initval', 'size', 'timeout', 'range']);
const FLAGS = new Set(['counters', 'comment', 'skbinfo', 'forceadd']);
/** Of these types the kernel compares a set's family with no packet's (NFPROTO_UNSPEC). */
const ANY_FAMILY = new Set(['bitmap:port', 'hash:mac', 'list:set']);

/** Reads the options that follow the type in a `create` line. */
export function readSetOptions(type: string, words: readonly string[]): SetOptions {
  let family: 4 | 6 = 4;
  let netmask: number | null = null;
  let markmask: number | null = null;
  const unsupported: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const option = words[i] ?? '';
    if (FLAGS.has(option)) continue;
    const value = words[++i];
    if (SIZES.has(option) && value !== undefined) continue;
    if (option === 'family' && (value === 'inet' || value === 'inet6')) {
      family = value === 'inet' ? 4 : 6;
    } else if (option === 'netmask' && /^\d{1,3}$/.test(value ?? '')) netmask = Number(value);
    else if (option === 'markmask' && /^(?:0x[\da-f]{1,8}|\d{1,10})$/i.test(value ?? '')) {
      markmask = Number(value);
    } else {
      // Whether an unknown option has a value is not known either, so the rest is not read.
      unsupported.push(option === 'bitmask' ? option : words.slice(i - 1).join(' '));
      if (option !== 'bitmask') break;
    }
  }
  return { family: ANY_FAMILY.has(type) ? null : family, netmask, markmask, unsupported };
}
