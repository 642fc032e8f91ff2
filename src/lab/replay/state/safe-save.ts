/** A save with lines that are no rules taken out: their places stay, so that lines keep their numbers. */
export interface SafeSave {
  readonly text: string;
  readonly refused: readonly { readonly line: number; readonly text: string }[];
}

/** Comments, tables, chains, rules and the end of a table: all that a save has. */
const SAVE_LINE = /^(?:#|\*\w+\s*$|:\S|COMMIT\s*$|(?:\[\d+:\d+\] )?-[AINP] )/;

/**
 * What of an `iptables-save` may be restored. The restoring programs take every option of the command
 * line, also `--modprobe=PROGRAM`, which they run as root: a file from elsewhere must not say it.
 */
export function safeSave(text: string): SafeSave {
  return keep(text, (line) => SAVE_LINE.test(line) && !tokens(line).some(startsProgram));
}

/** What of an `ipset save`: sets and members, no options that name files. */
export function safeSets(text: string): SafeSave {
  return keep(
    text,
    (line) => /^(?:create|add) \S/.test(line) && !tokens(line).some((word) => word.startsWith('-')),
  );
}

function keep(text: string, isSafe: (line: string) => boolean): SafeSave {
  const refused: { line: number; text: string }[] = [];
  const kept = text.split('\n').map((line, index) => {
    if (line.trim() === '' || isSafe(line)) return line;
    refused.push({ line: index + 1, text: line });
    return '';
  });
  return refused.length === 0 ? { text, refused } : { text: kept.join('\n'), refused };
}

/** `-M`, also among other short options, and `--modprobe` as far as it can be shortened. */
function startsProgram(token: string): boolean {
  return /^-[^-\s]*M/.test(token) || /^--modp/.test(token);
}

/** Words as iptables-restore takes a line apart. iptables: xshared.c, add_param_to_argv(). */
function tokens(line: string): readonly string[] {
  const found: string[] = [];
  let word = '';
  let quoted = false;
  for (let i = 0; i < line.length; i++) {
    const char = line[i] ?? '';
    if (quoted && char === '\\') word += line[++i] ?? '';
    else if (char === '"') quoted = !quoted;
    else if (!quoted && /\s/.test(char)) {
      if (word !== '') found.push(word);
      word = '';
    } else word += char;
  }
  return word === '' ? found : [...found, word];
}
