import type { LineReader, TextLine } from '../line-reader.ts';
import type { PartDraft } from '../part-draft.ts';
import type { ClientCommand, ClientProgram } from './client-program.ts';
import { curlError } from './curl.ts';
import { dialError } from './dial-error.ts';
import { parseClientCommand } from './parse-command.ts';

/** Reads what a client was told to do, and from the lines after it what came of it. */
export interface ClientLines extends LineReader {
  /** Shows a line that may be output of the command before; others may take it, too. */
  watch(raw: string, cleaned: string, number: number): void;
}

interface OpenCommand {
  readonly at: number;
  readonly index: number;
  readonly program: ClientProgram;
  readonly prompted: boolean;
}

/** The next prompt, or the end of a block of text: no output came. */
const NO_OUTPUT = /^(?:(?:[^\s$#]{0,60}[\s~]{0,3}|\[[^\]]{0,60}\]\s{0,3})[$#]\s|`{3}|~{3})/;
/** Lines of output are read this far. */
const MAX_OUTPUT = 100;

export function clientLines(draft: PartDraft): ClientLines {
  let open: OpenCommand | null = null;
  let first = 0;
  let closed: { readonly at: number; readonly program: ClientProgram } | null = null;

  const resultOf = (line: string, command: OpenCommand): ReturnType<ClientProgram['result']> => {
    if (/^\^C/.test(line)) return 'interrupted';
    const own = command.program.result(line);
    if (own !== null) return own;
    if (NO_OUTPUT.test(line)) return null;
    const output = command.prompted ? /^[^$#]/.test(line) : /^(?:[{[<]|HTTP\/\d)/.test(line);
    return output ? 'answered' : null;
  };

  const watch = (raw: string, cleaned: string, number: number): void => {
    // What cleaning takes for list and quote marks, curl -v writes itself.
    const text = /^\s{0,8}(?:[*<>]|`{3}|---)/.test(raw) ? raw.trim() : cleaned;
    const command = open;
    if (command === null) {
      const more = closed?.at === number - 1 && closed.program.result(text) !== null;
      if (closed && more) closed = { ...closed, at: number };
      return;
    }
    open = null;
    if (command.at !== number - 1 || number - first > MAX_OUTPUT) return;
    const result = resultOf(text, command);
    if (result === 'undecided') open = { ...command, at: number };
    if (result === 'undecided' || result === null) return;
    draft.restate(command.index, (statement) =>
      statement.kind === 'client-command' ? { ...statement, result } : statement,
    );
    // What else it prints belongs to it, too, but changes nothing.
    closed = { at: number, program: command.program };
  };

  const state = (
    { argv, to, boundTo }: Pick<ClientCommand, 'argv' | 'to' | 'boundTo'>,
    result: ClientCommand['result'],
    { source }: TextLine,
  ): void => draft.state({ kind: 'client-command', argv, to, boundTo, result, source });

  return {
    watch,
    take(line): boolean {
      const { text, number } = line;
      const command = parseClientCommand(text);
      if (command) {
        const { program, prompted } = command;
        open = { at: number, index: draft.nextStatement(), program, prompted };
        first = number;
        state(command, 'unknown', line);
        return true;
      }
      const own = closed?.at === number || open?.at === number;
      const error = own ? null : curlError(text);
      if (error) {
        state({ ...error, argv: ['curl'] }, error.result, line);
        return true;
      }
      const dial = dialError(text);
      if (dial) state(dial, dial.result, line);
      return dial !== null;
    },
  };
}
