import { shellWords } from '../shell-words.ts';
import type { ClientProgram, ClientTarget } from './client-program.ts';
import { clientProgram } from './programs.ts';

export interface RunClient extends ClientTarget {
  readonly argv: readonly string[];
  readonly program: ClientProgram;
  /** Stood after a shell's prompt, so that the next line is its output. */
  readonly prompted: boolean;
}

/** At the start of a line or after a prompt: prose speaks of these programs, too. */
const PROMPT = /^(?:[^\s$#]{0,60}[\s~]{0,3}|\[[^\]]{0,60}\]\s{0,3})[$#]\s{0,3}(?=\S)/;
const NAMED = /(?:^|[\s/$#])(?:curl|wget|ping6?|nc|ncat|netcat|nc\.openbsd|telnet|dig)\s/;
/** What runs another command: how many words it takes, or up to which. */
const WRAPPERS: readonly (readonly [first: RegExp, rest: RegExp])[] = [
  [/^(?:sudo|time)$/, /^(?:-[a-zA-Z]+)$/],
  [/^timeout$/, /^(?:-\S+|\d+[smh]?)$/],
];

/** Null when the line runs no such program, or where to cannot be told. */
export function parseClientCommand(line: string): RunClient | null {
  if (line.length > 2000 || !NAMED.test(line)) return null;
  const prompt = PROMPT.exec(line);
  const words = shellWords(prompt ? line.slice(prompt[0].length) : line);
  const argv = words.slice(wrapped(words));
  const program = clientProgram(argv[0] ?? '');
  const target = program?.read(argv);
  return program && target ? { ...target, argv, program, prompted: prompt !== null } : null;
}

/** How many words stand before the command itself. */
function wrapped(words: readonly string[]): number {
  let at = 0;
  for (let layer = 0; layer < 4; layer++) {
    const word = words[at] ?? '';
    const known = WRAPPERS.find(([first]) => first.test(word));
    if (known) {
      at++;
      while (at < words.length && known[1].test(words[at] ?? '')) at++;
    } else if (word === 'ip' && words[at + 1] === 'netns' && words[at + 2] === 'exec') at += 4;
    else if (/^(?:kubectl|oc|docker|podman|crictl|nerdctl|nsenter|ssh)$/.test(word)) {
      const client = words.findIndex((one, index) => index > at && clientProgram(one));
      return client < 0 ? at : client;
    } else break;
  }
  return at;
}
