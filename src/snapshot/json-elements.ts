import type { Issue, Parsed } from '../packet/issue.ts';
import { error, info, warning } from './make-issue.ts';

/** One element of a JSON list with the line on which it starts, and its own text. */
export interface JsonElement {
  readonly value: unknown;
  readonly line: number;
  readonly raw: string;
}

/**
 * Reads the elements of a JSON list one by one, so that each keeps its line and a cut or damaged
 * file still gives those before and after the damage. The list is the document itself, or the
 * member `listMember` of it (Kubernetes' `items`); a document that is an object without such a
 * member is one element. Several documents one after another are read as one list. Linear time:
 * the text is scanned once for brackets and strings, then each element is parsed once.
 */
export function readJsonElements(
  text: string,
  file: string,
  listMember: string | null = null,
): Parsed<readonly JsonElement[]> {
  const elements: JsonElement[] = [];
  const issues: Issue[] = [];
  const cursor = { position: 0, line: 1, newline: newlineFrom(text, 0) };
  let documents = 0;
  let junk = false;

  const moveTo = (position: number): void => {
    while (cursor.newline < position) {
      cursor.newline = newlineFrom(text, cursor.newline + 1);
      cursor.line++;
    }
    cursor.position = position;
  };
  const skipSpace = (): void => moveTo(afterSpace(text, cursor.position));
  const truncated = (): void => {
    issues.push(error('truncated', { file, line: cursor.line }, 'the JSON text ends too early'));
    moveTo(text.length);
  };
  const take = (end: number): void => {
    const raw = text.slice(cursor.position, end);
    const value = parseOrUndefined(raw);
    if (value === undefined) {
      issues.push(error('malformed-json', { file, line: cursor.line }, excerpt(raw)));
    } else if (!isEmpty(value)) {
      elements.push({ value, line: cursor.line, raw });
    }
    moveTo(end);
  };

  /** The cursor is at `[`. */
  const readList = (): void => {
    moveTo(cursor.position + 1);
    for (;;) {
      skipSpace();
      const c = text.charCodeAt(cursor.position);
      if (Number.isNaN(c)) {
        truncated();
        return;
      }
      if (c === COMMA) moveTo(cursor.position + 1);
      else if (c === CLOSE_LIST) {
        moveTo(cursor.position + 1);
        return;
      } else {
        const end = endOfValue(text, cursor.position);
        if (end < 0) {
          truncated();
          return;
        }
        if (end === cursor.position) {
          // A stray `}` or `:`: the list is damaged here; what follows may be readable.
          issues.push(error('malformed-json', { file, line: cursor.line }, excerpt(text, end)));
          moveTo(end + 1);
        } else take(end);
      }
    }
  };

  /** The cursor is at `{`. Finds the list member, or takes the whole object. */
  const readObject = (member: string): void => {
    const start = { ...cursor };
    moveTo(cursor.position + 1);
    for (;;) {
      skipSpace();
      const c = text.charCodeAt(cursor.position);
      if (c === COMMA) {
        moveTo(cursor.position + 1);
        continue;
      }
      if (c !== QUOTE) break;
      const keyEnd = endOfValue(text, cursor.position);
      if (keyEnd < 0) break;
      const key = text.slice(cursor.position + 1, keyEnd - 1);
      moveTo(keyEnd);
      skipSpace();
      if (text.charCodeAt(cursor.position) !== COLON) break;
      moveTo(cursor.position + 1);
      skipSpace();
      if (key === member && text.charCodeAt(cursor.position) === OPEN_LIST) {
        readList();
        const end = endOfObject(text, cursor.position);
        if (end < 0) {
          if (cursor.position < text.length) truncated();
        } else moveTo(end);
        return;
      }
      const end = endOfValue(text, cursor.position);
      if (end < 0) break;
      moveTo(end);
    }
    Object.assign(cursor, start);
    const end = endOfValue(text, cursor.position);
    if (end < 0) truncated();
    else take(end);
  };

  for (;;) {
    skipSpace();
    if (cursor.position >= text.length) break;
    const c = text.charCodeAt(cursor.position);
    if (c === OPEN_LIST || c === OPEN_OBJECT) {
      if (++documents === 2) {
        issues.push(info('concatenated', { file, line: cursor.line }, 'a second JSON document'));
      }
      if (c === OPEN_LIST) readList();
      else if (listMember !== null) readObject(listMember);
      else {
        const end = endOfValue(text, cursor.position);
        if (end < 0) truncated();
        else take(end);
      }
    } else {
      const end = Math.min(cursor.newline, text.length);
      if (!junk) {
        junk = true;
        const line = text.slice(cursor.position, Math.min(end, cursor.position + 80));
        issues.push(warning('unexpected-text', { file, line: cursor.line }, line));
      }
      moveTo(end);
    }
  }
  return { value: elements, issues };
}

const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const OPEN_LIST = 91;
const BACKSLASH = 92;
const CLOSE_LIST = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

/** The next newline, remembered between moves: a file may be one line of a gigabyte. */
function newlineFrom(text: string, from: number): number {
  const newline = text.indexOf('\n', from);
  return newline < 0 ? Number.POSITIVE_INFINITY : newline;
}

function afterSpace(text: string, from: number): number {
  let i = from;
  while (i < text.length) {
    const c = text.charCodeAt(i);
    if (c !== 32 && c !== 10 && c !== 9 && c !== 13) break;
    i++;
  }
  return i;
}

/** Where the string that opens at `from` ends, or -1. */
function endOfString(text: string, from: number): number {
  for (let i = from + 1; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === BACKSLASH) i++;
    else if (c === QUOTE) return i + 1;
  }
  return -1;
}

/** Where the value that starts at `from` ends; -1 when the text ends inside it. */
function endOfValue(text: string, from: number): number {
  let depth = 0;
  for (let i = from; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === QUOTE) {
      i = endOfString(text, i) - 1;
      if (i < 0) return -1;
      if (depth === 0) return i + 1;
    } else if (c === OPEN_LIST || c === OPEN_OBJECT) depth++;
    else if (c === CLOSE_LIST || c === CLOSE_OBJECT) {
      if (depth === 0) return i;
      if (--depth === 0) return i + 1;
    } else if (depth === 0 && (c === COMMA || c === COLON)) return i;
  }
  return -1;
}

/** Where the object that is open at `from` ends; -1 when it does not. */
function endOfObject(text: string, from: number): number {
  let depth = 0;
  for (let i = from; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === QUOTE) {
      i = endOfString(text, i) - 1;
      if (i < 0) return -1;
    } else if (c === OPEN_LIST || c === OPEN_OBJECT) depth++;
    else if ((c === CLOSE_LIST || c === CLOSE_OBJECT) && depth-- === 0) return i + 1;
  }
  return -1;
}

/** JSON.parse has no result for bad text but an exception; `undefined` is no JSON value. */
function parseOrUndefined(raw: string): unknown {
  try {
    return JSON.parse(raw) as unknown;
  } catch {
    return undefined;
  }
}

/** Old iproute2 leaves `{}` where it skipped a record. */
function isEmpty(value: unknown): boolean {
  return value === null || (typeof value === 'object' && Object.keys(value).length === 0);
}

function excerpt(text: string, from = 0): string {
  return text.slice(from, from + 60);
}
