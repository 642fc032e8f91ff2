import type { Statement } from '../evidence.ts';
import { placeLogLines } from '../join/log-places.ts';
import type { Observation, Vantage } from '../observation.ts';
import { placeOfFile } from '../place-of-file.ts';
import { unwrapLine } from '../text/carrier/unwrap-line.ts';
import { cleanLine } from '../text/clean-line.ts';
import { commandLines } from '../text/command-lines.ts';
import type { LineReader, TextLine } from '../text/line-reader.ts';
import { logLines } from '../text/log/log-lines.ts';
import type { PartDraft } from '../text/part-draft.ts';
import { nftTraceLines } from '../text/trace/nft-trace-lines.ts';
import { xtablesMonitorLines } from '../text/trace/xtables-monitor-lines.ts';
import { readSavedRule, type SavedRule } from './saved-rule.ts';

export type LogRule = Extract<Statement, { readonly kind: 'log-rule' }>;

export type SeenPacket = Omit<Observation, 'id'>;

export type LinePlace = Pick<Vantage, 'hook' | 'table' | 'chain' | 'rule'>;

/** What one line of a stream is. */
export type ReadLine =
  /** A packet at a rule, and its hook as far as the line or a LOG rule tells. */
  | { readonly kind: 'packet'; readonly seen: SeenPacket; readonly place: LinePlace }
  | { readonly kind: 'rule'; readonly rule: SavedRule }
  /** `:CHAIN POLICY [0:0]` of iptables-save. */
  | { readonly kind: 'chain'; readonly chain: string };

/** Reads a stream line by line, with a memory that does not grow with it. */
export interface StreamReader {
  read(line: string): ReadLine | null;
}

/** LOG rules that one stream may paste. */
const MOST_RULES = 10_000;
const MOST_PLACES = 4096;

/** A rule with its counters, as `iptables-save -c` prints it. */
const COUNTED = /^\[\d{1,20}:\d{1,20}\] -/;

/** @param known LOG rules of a snapshot, by their trimmed prefix */
export function streamReader(known: ReadonlyMap<string, readonly LogRule[]>): StreamReader {
  const rules = new Map([...known].map(([prefix, list]) => [prefix, [...list]]));
  let kept = 0;
  let observed: SeenPacket | null = null;
  let number = 0;
  const ignore = (): void => {};
  const draft: PartDraft = {
    file: '',
    place: placeOfFile(''),
    observe(observation) {
      // Lines that waited for their packet have passed already.
      if (observation.source.line === number) observed = observation;
      return true;
    },
    state(statement) {
      if (statement.kind !== 'log-rule' || kept >= MOST_RULES) return;
      kept++;
      const prefix = statement.prefix.trim();
      const list = rules.get(prefix);
      if (list) list.push(statement);
      else rules.set(prefix, [statement]);
    },
    restate: ignore,
    nextStatement: () => 0,
    count: ignore,
    drop: ignore,
    track: ignore,
    socket: ignore,
    unreadable: ignore,
    remark: ignore,
    beginLine: ignore,
    recognise: ignore,
    finish() {
      throw new Error('a stream makes no part');
    },
  };
  const readers: readonly LineReader[] = [
    nftTraceLines(draft),
    xtablesMonitorLines(draft),
    logLines(draft),
  ];
  const commands = commandLines(draft);

  /** Places by prefix and devices, where no rule with this prefix asks for more. */
  let places = new Map<string, LinePlace>();
  const placeOf = (seen: SeenPacket): LinePlace => {
    const { format, vantage } = seen;
    if (format !== 'kernel-log') return vantage;
    const own = rules.get(vantage.label.trim()) ?? [];
    const simple = own.every(({ destination }) => destination === null);
    const key = `${own.length} ${vantage.iif === null} ${vantage.oif === null} ${vantage.label}`;
    const known = simple ? places.get(key) : undefined;
    if (known) return known;
    const [placed] = placeLogLines([{ ...seen, id: 0 }], own).value;
    const place = placed?.vantage ?? vantage;
    if (places.size >= MOST_PLACES) places = new Map();
    if (simple) places.set(key, place);
    return place;
  };

  return {
    read(raw) {
      number++;
      if (!worthReading(raw)) return null;
      const unwrapped = unwrapLine(cleanLine(raw));
      const line: TextLine = {
        text: unwrapped.text,
        raw,
        number,
        source: { file: '', line: number },
        carrier: unwrapped.carrier,
        afterBlank: false,
      };
      const { text } = line;
      if (
        text.startsWith('-A ') ||
        COUNTED.test(text) ||
        text.includes('tables') ||
        text[0] === '*'
      ) {
        commands.take(line);
        const rule = readSavedRule(text);
        if (rule) return { kind: 'rule', rule };
      }
      if (text[0] === ':') {
        const chain = /^:(\S{1,64}) \S{1,10} \[\d/.exec(text)?.[1];
        if (chain !== undefined) return { kind: 'chain', chain };
      }
      observed = null;
      if (!readers.some((reader) => reader.take(line))) return null;
      const seen = observed as SeenPacket | null;
      return seen && { kind: 'packet', seen, place: placeOf(seen) };
    },
  };
}

/** Keeps the bulk of a log away from the readers. */
function worthReading(line: string): boolean {
  return (
    line.includes('SRC=') ||
    line.includes('trace id ') ||
    line.includes('TRACE: ') ||
    line.includes('-A ') ||
    line.includes('tables') ||
    line.startsWith(':') ||
    line.startsWith('*')
  );
}
