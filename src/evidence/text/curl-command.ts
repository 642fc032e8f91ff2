import type { Statement } from '../evidence.ts';
import { shellWords } from './shell-words.ts';

type ClientCommand = Extract<Statement, { kind: 'client-command' }>;

export interface CurlCommand extends Pick<ClientCommand, 'argv' | 'to' | 'boundTo'> {
  /** Stood after a shell's prompt, so that the next line is its output. */
  readonly prompted: boolean;
}
export type CurlResult = ClientCommand['result'];

/** At the start of a line or after a prompt: prose speaks of curl, too. */
const COMMAND =
  /^((?:[^\s$#]{0,60}[\s~]{0,3}|\[[^\]]{0,60}\]\s{0,3})[$#]\s{0,3})?(?:sudo\s+|time\s+)?(curl\s+.*)$/;

/** Options of curl(1) that take a word. */
const WITH_VALUE = new Set(
  '-A -b -c -C -d -D -e -E -F -H -K -m -o -P -Q -r -t -T -u -U -w -x -X -y -Y -z --cacert --cert --connect-timeout --cookie --data --form --header --interface --key --limit-rate --local-port --max-time --output --proxy --request --resolve --retry --retry-delay --user --user-agent --write-out'.split(
    ' ',
  ),
);

/** Null when the line runs no curl, or no URL can be told. */
export function parseCurlCommand(line: string): CurlCommand | null {
  const match = COMMAND.exec(line);
  if (!match) return null;
  const argv = shellWords(match[2] ?? '');
  let boundTo: string | null = null;
  let url: string | null = null;
  for (let at = 1; at < argv.length; at++) {
    const word = argv[at] ?? '';
    if (word === '--interface') boundTo = argv[at + 1] ?? null;
    if (word.startsWith('--interface=')) boundTo = word.slice(12);
    if (WITH_VALUE.has(word)) at++;
    else if (!word.startsWith('-')) url ??= word;
  }
  const to = url === null ? null : readUrl(url);
  return to && { argv, to, boundTo, prompted: match[1] !== undefined };
}

const URL_TEXT =
  /^(?:(https?):\/\/)?(?:[^@/\s]{1,100}@)?(\[[0-9a-fA-F:.]{2,45}\]|[\w.-]{1,253})(?::(\d{1,5}))?(?:[/?#]|$)/;

function readUrl(url: string): CurlCommand['to'] | null {
  const match = URL_TEXT.exec(url);
  const host = match?.[2] ?? '';
  if (!match || (match[1] === undefined && !/[.\]]|^localhost$/.test(host))) return null;
  const port = match[3] === undefined ? (match[1] === 'https' ? 443 : 80) : Number(match[3]);
  return { host: host.replace(/^\[|\]$/g, ''), port: port <= 65535 ? port : null };
}

/** The next prompt, or the end of a block of text: no output came. */
const NO_OUTPUT = /^(?:(?:[^\s$#]{0,60}[\s~]{0,3}|\[[^\]]{0,60}\]\s{0,3})[$#]\s|`{3}|~{3})/;

/** Lines that curl writes before it knows the result: of -v, and its table of progress. */
const UNDECIDED = /^(?:\*|> |[{}] \[|\s*$| *% Total| *Dload| *[\d-]{1,3} +[\d-])/;

/**
 * What the next line after a command says of its result; null when it says nothing, and
 * `undecided` when the line after it may. The numbers are curl's exit codes.
 */
export function curlResult(line: string, prompted: boolean): CurlResult | 'undecided' | null {
  if (/^\^C/.test(line)) return 'interrupted';
  // `* Connected to` of -v: TCP's part of the answer, which is what counts here.
  if (/^(?:\* Connected to |< )/.test(line)) return 'answered';
  const error = /curl: \((\d{1,3})\)/.exec(line);
  if (!error) {
    if (UNDECIDED.test(line)) return 'undecided';
    if (NO_OUTPUT.test(line)) return null;
    const output = prompted ? /^[^$#]/.test(line) : /^(?:[{[<]|HTTP\/\d)/.test(line);
    return output ? 'answered' : null;
  }
  if (error[1] === '28' || /timed out/i.test(line)) return 'timeout';
  if (/refused/i.test(line)) return 'refused';
  if (/unreachable|no route to host/i.test(line)) return 'unreachable';
  return 'unknown';
}
