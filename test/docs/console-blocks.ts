/** A command of a page with what the page shows of its result. */
export interface ShownCommand {
  readonly page: string;
  readonly line: number;
  readonly command: string;
  /** Lines of output; `...` stands for any number of lines. */
  readonly output: readonly string[];
  readonly exit: number;
}

/**
 * The commands of a page's `console` blocks: lines that begin with `$ ` are commands, `> `
 * continues one, the others are output. `[exit 1]` as the last line is its exit code.
 */
export function shownCommands(page: string, text: string): readonly ShownCommand[] {
  const commands: { line: number; command: string; output: string[] }[] = [];
  let inside = false;
  text.split('\n').forEach((line, index) => {
    if (line.startsWith('```')) {
      inside = line === '```console';
    } else if (inside && line.startsWith('$ ')) {
      commands.push({ line: index + 1, command: line.slice(2), output: [] });
    } else if (inside && line.startsWith('> ') && commands.at(-1)?.command.endsWith('\\')) {
      const last = commands.at(-1);
      if (last) last.command += `\n${line.slice(2)}`;
    } else if (inside) {
      commands.at(-1)?.output.push(line);
    }
  });
  return commands.map(({ line, command, output }) => {
    const trimmed = output.join('\n').trimEnd().split('\n');
    const exit = /^\[exit (\d+)\]$/.exec(trimmed.at(-1) ?? '')?.[1];
    return {
      page,
      line,
      command,
      output: exit === undefined ? trimmed : trimmed.slice(0, -1),
      exit: Number(exit ?? 0),
    };
  });
}

/** The first shown line that the real output does not have where the page has it; null if none. */
export function firstMismatch(shown: readonly string[], real: readonly string[]): string | null {
  let at = 0;
  let anywhere = false;
  for (const line of shown) {
    if (line === '...') {
      anywhere = true;
      continue;
    }
    const found = anywhere ? real.indexOf(line, at) : real[at] === line ? at : -1;
    if (found < 0) return line;
    at = found + 1;
    anywhere = false;
  }
  const rest = real.slice(at).filter((line) => line !== '');
  return anywhere || rest.length === 0 ? null : `(the page ends, the output goes on: ${rest[0]})`;
}
