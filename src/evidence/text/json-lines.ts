import { ownCopy } from './clean-line.ts';
import type { JsonRecord, RecordReader, TextLine } from './line-reader.ts';

/** What became of a line that may be JSON. */
export type JsonFeed =
  /** `lines` lines up to this one were records. */
  | { readonly kind: 'taken'; readonly lines: number }
  /** Part of a record that is not whole yet. */
  | { readonly kind: 'waiting' }
  /** Not JSON, or of no program that is known: these lines are for other readers. */
  | { readonly kind: 'other'; readonly lines: readonly TextLine[] };

export interface JsonLines {
  feed(line: TextLine): JsonFeed;
  /** Lines of a record that never became whole. */
  end(): readonly TextLine[];
}

/** One record over several lines, and its text. */
const MAX_LINES = 200_000;
const MAX_TEXT = 16 * 1_048_576;
const MAX_SOURCE = 400;

/** What a line of printed JSON begins with: the first one, and each of the others. */
const OPENS = /^\s*(?:\{\s*(?:"|$)|\[\s*(?:\{|$))/;
const GOES_ON =
  /^\s*(?:"|[}\]]|\{\s*(?:"|\}|$)|\[\s*(?:"|\{|\[|\]|-?\d+,?\s*$|$)|,|-?\d[\d.eE+-]*,?\s*$|(?:true|false|null),?\s*$|$)/;
/** `json-seq` and `json-sse` of journalctl. */
const FRAMES = ['\u001e', 'data: '];

/** Puts JSON together, on one line or pretty-printed, and gives its objects to the readers. */
export function jsonLines(readers: readonly RecordReader[]): JsonLines {
  let open: TextLine[] = [];
  let depth = 0;
  let size = 0;

  const reset = (): readonly TextLine[] => {
    const lines = open;
    open = [];
    depth = 0;
    size = 0;
    return lines;
  };

  const deliver = (text: string, line: TextLine): boolean => {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      return false;
    }
    const shown = ownCopy(text.length > MAX_SOURCE ? text.slice(0, MAX_SOURCE) : text);
    const at: TextLine = { ...line, source: { ...line.source, text: shown } };
    const give = (record: JsonRecord): boolean => readers.some((reader) => reader.take(record, at));
    if (Array.isArray(value)) return value.filter(isRecord).map(give).includes(true);
    return isRecord(value) && give(value);
  };

  const feed = (line: TextLine): JsonFeed => {
    const frame = FRAMES.find((text) => line.raw.startsWith(text));
    const raw = frame === undefined ? line.raw : line.raw.slice(frame.length);
    if (open.length === 0) {
      if (!OPENS.test(raw)) return { kind: 'other', lines: [line] };
      depth = depthOf(raw);
      if (depth <= 0) {
        depth = 0;
        return deliver(raw, line) ? { kind: 'taken', lines: 1 } : { kind: 'other', lines: [line] };
      }
    } else {
      depth += depthOf(raw);
      if (!GOES_ON.test(raw) || open.length > MAX_LINES || size > MAX_TEXT || depth < 0) {
        return { kind: 'other', lines: [...reset(), line] };
      }
    }
    open.push({ ...line, raw: ownCopy(raw) });
    size += raw.length;
    if (depth > 0) return { kind: 'waiting' };
    const lines = reset();
    const first = lines[0] ?? line;
    const text = lines.map((part) => part.raw).join('\n');
    return deliver(text, first) ? { kind: 'taken', lines: lines.length } : { kind: 'other', lines };
  };

  return { feed, end: reset };
}

function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** By how much a line of JSON opens more than it closes. */
function depthOf(text: string): number {
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (quoted) {
      if (code === 92) at++;
      else if (code === 34) quoted = false;
    } else if (code === 34) quoted = true;
    else if (code === 123 || code === 91) depth++;
    else if (code === 125 || code === 93) depth--;
  }
  return depth;
}
