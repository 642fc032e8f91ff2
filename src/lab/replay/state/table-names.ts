import { isWord } from '../read/safe-words.ts';

/**
 * Routing tables by number. Names are of the file `rt_tables` of the machine that printed them: the
 * known ones mean the same everywhere, the others get a number here, the same in routes and rules.
 */
export class TableNames {
  readonly #made = new Map<string, string>();

  /** The word for `ip`: a kernel's own name or a number; null for what is no name. */
  numberOf(name: string): string | null {
    if (['main', 'local', 'default'].includes(name)) return name;
    if (/^\d{1,10}$/.test(name)) return name;
    if (!isWord(name)) return null;
    const number = this.#made.get(name) ?? String(FIRST_MADE + this.#made.size);
    this.#made.set(name, number);
    return number;
  }
}

/** Above the numbers that people write: 0x686f6f00. */
const FIRST_MADE = 1_752_133_376;
