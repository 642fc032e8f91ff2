import {
  type ClientResult,
  type ClientTarget,
  type ResultOfLine,
  resultOfWords,
} from './client-program.ts';

/** Options of curl(1) that take a word. */
const WITH_VALUE = new Set(
  '-A -b -c -C -d -D -e -E -F -H -K -m -o -P -Q -r -t -T -u -U -w -x -X -y -Y -z --cacert --cert --connect-timeout --cookie --data --form --header --interface --key --limit-rate --local-port --max-time --output --proxy --request --resolve --retry --retry-delay --user --user-agent --write-out'.split(
    ' ',
  ),
);

/** What `curl` was told to do; null when no URL can be told. */
export function readCurl(argv: readonly string[]): ClientTarget | null {
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
  return to && { to, boundTo };
}

const URL_TEXT =
  /^(?:(https?):\/\/)?(?:[^@/\s]{1,100}@)?(\[[0-9a-fA-F:.]{2,45}\]|[\w.-]{1,253})(?::(\d{1,5}))?(?:[/?#]|$)/;

/** Host and port of a URL, or of what curl takes for one. */
export function readUrl(url: string): ClientTarget['to'] | null {
  const match = URL_TEXT.exec(url);
  const host = match?.[2] ?? '';
  if (!match || (match[1] === undefined && !/[.\]]|^localhost$/.test(host))) return null;
  const port = match[3] === undefined ? (match[1] === 'https' ? 443 : 80) : Number(match[3]);
  return { host: host.replace(/^\[|\]$/g, ''), port: port <= 65535 ? port : null };
}

/** Lines that curl writes before it knows the result: of -v, and its table of progress. */
const UNDECIDED = /^(?:\*|> |[{}] \[|\s*$| *% Total| *Dload| *[\d-]{1,3} +[\d-])/;

/** What curl's own lines say; null for any other line. The numbers are curl's exit codes. */
export const curlResult: ResultOfLine = (line) => {
  // `* Connected to` of -v: TCP's part of the answer, which is what counts here.
  if (/^(?:\* Connected to |< )/.test(line)) return 'answered';
  const attempt = /^\* connect to \S{1,60} port \d{1,5} (?:from .{1,80} )?failed: (.{1,60})$/.exec(
    line,
  );
  if (attempt) return resultOfWords(attempt[1] ?? '');
  const error = /curl: \((\d{1,3})\)/.exec(line);
  if (!error) return UNDECIDED.test(line) ? 'undecided' : null;
  if (error[1] === '28') return 'timeout';
  // The server closed what was connected.
  if (error[1] === '52') return 'answered';
  return resultOfWords(line);
};

/** Output of curl without its command: the error names the host. */
export function curlError(line: string): (ClientTarget & { readonly result: ClientResult }) | null {
  const error =
    /^curl: \(\d{1,3}\) (?:Failed to connect to|connect to) (\S{1,253}) port (\d{1,5})\b/.exec(
      line,
    );
  if (!error) return null;
  const result = curlResult(line);
  if (result === null || result === 'undecided') return null;
  return { to: { host: error[1] ?? '', port: Number(error[2]) }, boundTo: null, result };
}
