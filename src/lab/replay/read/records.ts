import type { SourceRef } from '../../../packet/source-ref.ts';

/** One object of a JSON list, as a tool printed it, with where it begins. */
export interface Entry {
  readonly value: JsonRecord;
  readonly source: SourceRef;
}

export type JsonRecord = Readonly<Record<string, unknown>>;

/**
 * The objects of a JSON list with their lines. Null when the text is no JSON list: a text that was
 * cut off says nothing that could be rebuilt whole.
 */
export function readEntries(file: string, text: string): readonly Entry[] | null {
  const value = parse(text);
  if (!Array.isArray(value)) return null;
  const lines = elementLines(text);
  return value.flatMap((element, index): readonly Entry[] =>
    isRecord(element) && Object.keys(element).length > 0
      ? [{ value: element, source: { file, line: lines[index] ?? 1 } }]
      : [],
  );
}

/** JSON.parse that answers undefined instead of throwing. */
export function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The 1-based line of each element of the outermost list. */
function elementLines(text: string): readonly number[] {
  const lines: number[] = [];
  let line = 1;
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (char === '\n') line++;
    if (quoted) {
      if (char === '\\') i++;
      else if (char === '"') quoted = false;
    } else if (char === '"') quoted = true;
    else if (char === '{' || char === '[') {
      if (++depth === 2) lines.push(line);
    } else if (char === '}' || char === ']') depth--;
  }
  return lines;
}

export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function textOf(record: JsonRecord, key: string): string | null {
  const value = record[key];
  return typeof value === 'string' ? value : null;
}

/** A number, also where a tool prints it as text. */
export function numberOf(record: JsonRecord, key: string): number | null {
  const value = record[key];
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  return typeof value === 'string' && /^(?:0x[0-9a-f]+|\d+)$/i.test(value) ? Number(value) : null;
}

export function flagOf(record: JsonRecord, key: string): boolean {
  return record[key] === true;
}

export function listOf(record: JsonRecord, key: string): readonly unknown[] {
  const value = record[key];
  return Array.isArray(value) ? value : [];
}

export function recordsOf(record: JsonRecord, key: string): readonly JsonRecord[] {
  return listOf(record, key).filter(isRecord);
}

export function wordsOf(record: JsonRecord, key: string): readonly string[] {
  return listOf(record, key).filter((word) => typeof word === 'string');
}

export function recordOf(record: JsonRecord, key: string): JsonRecord {
  const value = record[key];
  return isRecord(value) ? value : {};
}
