import {
  type ClientProgram,
  operands,
  optionValue,
  portNumber,
  resultOfWords,
} from './client-program.ts';
import { curlResult, readCurl, readUrl } from './curl.ts';

const curl: ClientProgram = { read: readCurl, result: curlResult };

const wget: ClientProgram = {
  read(argv) {
    const url = operands(argv, 'oOaeiBtTwQPUlADGI').find((word) => readUrl(word) !== null);
    const to = url === undefined ? null : readUrl(url);
    const bound = argv.find((word) => word.startsWith('--bind-address='));
    return to && { to, boundTo: bound?.slice(15) ?? null };
  },
  result(line) {
    if (/connected\.$|^HTTP request sent|^Length: |saved \[/.test(line)) return 'answered';
    if (/(?:failed: |^wget: |error: )/.test(line)) return resultOfWords(line);
    return /^(?:--\d{4}-|Resolving |Connecting to |Spider mode|Caching|\s*$)/.test(line)
      ? 'undecided'
      : null;
  },
};

const ping: ClientProgram = {
  read(argv) {
    const [host] = operands(argv, 'cCiIlmMpQsStTwWFNB');
    return host === undefined
      ? null
      : { to: { host, port: null }, boundTo: optionValue(argv, '-I') };
  },
  result(line) {
    if (/^\d{1,6} bytes from /.test(line)) return 'answered';
    if (/(?:Destination .{1,30} Unreachable|unreachable|No route)/i.test(line))
      return 'unreachable';
    if (/transmitted, 0 (?:packets )?received/.test(line)) return 'timeout';
    if (/^ping6?: /.test(line)) return resultOfWords(line);
    return /^(?:PING |--- |From |\s*$|no answer yet)/.test(line) ? 'undecided' : null;
  },
};

/** netcat of OpenBSD, of nmap and the traditional one. UDP's "succeeded" says nothing. */
const nc: ClientProgram = {
  read(argv) {
    const [host, port] = operands(argv, 'IiMmOPpqsTVWwXx');
    if (host === undefined || port === undefined) return null;
    return { to: { host, port: portNumber(port) }, boundTo: optionValue(argv, '-s') };
  },
  result(line) {
    if (/\[udp\/[^\]]{0,20}\] succeeded/.test(line)) return 'unknown';
    if (/succeeded!|\bopen$|^Ncat: Connected to|^Connection to .{1,80} succeeded/.test(line)) {
      return 'answered';
    }
    return /^(?:\S{1,40}: connect to |Ncat: |nc: |\(UNKNOWN\) |\S{1,60} \[\S{1,40}\] )/.test(line)
      ? resultOfWords(line)
      : null;
  },
};

const telnet: ClientProgram = {
  read(argv) {
    const [host, port] = operands(argv, 'belnSX');
    return host === undefined
      ? null
      : { to: { host, port: portNumber(port ?? '23') }, boundTo: optionValue(argv, '-b') };
  },
  result(line) {
    if (/^Connected to /.test(line)) return 'answered';
    if (/^(?:telnet: |.{0,40}Unable to connect)/.test(line)) return resultOfWords(line);
    return /^(?:Trying |\s*$)/.test(line) ? 'undecided' : null;
  },
};

const dig: ClientProgram = {
  read(argv) {
    const server = argv.find((word) => /^@./.test(word))?.slice(1);
    if (server === undefined) return null;
    const port = portNumber(optionValue(argv, '-p') ?? '53');
    return { to: { host: server, port }, boundTo: optionValue(argv, '-b') };
  },
  result(line) {
    if (/status: [A-Z]{4,10}|^;; (?:ANSWER SECTION|SERVER: )/.test(line)) return 'answered';
    if (/communications error|connection timed out|no servers could be reached/.test(line)) {
      return /refused/.test(line)
        ? 'refused'
        : /unreachable/.test(line)
          ? 'unreachable'
          : 'timeout';
    }
    return /^(?:;|\s*$)/.test(line) ? 'undecided' : null;
  },
};

const PROGRAMS: ReadonlyMap<string, ClientProgram> = new Map([
  ['curl', curl],
  ['wget', wget],
  ['ping', ping],
  ['ping6', ping],
  ['nc', nc],
  ['ncat', nc],
  ['netcat', nc],
  ['nc.openbsd', nc],
  ['telnet', telnet],
  ['dig', dig],
]);

/** The client that a path or name runs, or undefined. */
export function clientProgram(word: string): ClientProgram | undefined {
  return PROGRAMS.get(word.slice(word.lastIndexOf('/') + 1));
}
