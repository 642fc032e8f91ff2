import { curlResult, parseCurlCommand } from './curl-command.ts';
import type { LineReader, TextLine } from './line-reader.ts';
import type { PartDraft } from './part-draft.ts';

/** Reads what a client was told to do, and from the lines after it what came of it. */
export interface ClientLines extends LineReader {
  /** Shows a line that may be output of the command before; others may take it, too. */
  watch(raw: string, cleaned: string, number: number): void;
}

export function clientLines(draft: PartDraft): ClientLines {
  let open: { readonly at: number; readonly index: number; readonly prompted: boolean } | null =
    null;

  const watch = (raw: string, cleaned: string, number: number): void => {
    if (open === null) return;
    if (open.at !== number - 1) {
      open = null;
      return;
    }
    // What cleaning takes for list and quote marks, curl -v writes itself.
    const text = /^\s{0,8}(?:[*<>]|`{3})/.test(raw) ? raw.trim() : cleaned;
    const { index, prompted } = open;
    const result = curlResult(text, prompted);
    open = result === 'undecided' ? { ...open, at: number } : null;
    if (result === 'undecided' || result === null) return;
    draft.restate(index, (statement) =>
      statement.kind === 'client-command' ? { ...statement, result } : statement,
    );
  };

  const take = ({ text, source, number }: TextLine): boolean => {
    const command = text.includes('curl') ? parseCurlCommand(text) : null;
    if (!command) return false;
    const { argv, to, boundTo, prompted } = command;
    open = { at: number, index: draft.nextStatement(), prompted };
    draft.state({ kind: 'client-command', argv, to, boundTo, result: 'unknown', source });
    return true;
  };

  return { take, watch };
}
