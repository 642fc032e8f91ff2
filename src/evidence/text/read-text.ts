import type { Parsed } from '../../packet/issue.ts';
import type { SourceRef } from '../../packet/source-ref.ts';
import type { EvidencePart, ReadOptions } from '../part.ts';
import { captureGroups } from './capture-groups.ts';
import { cleanLine, ownCopy } from './clean-line.ts';
import { clientLines } from './client-lines.ts';
import { commandLines } from './command-lines.ts';
import type { LineReader, TextLine } from './line-reader.ts';
import { lineSplitter } from './line-splitter.ts';
import { logLines } from './log/log-lines.ts';
import { partDraft } from './part-draft.ts';
import { proseLines } from './prose-lines.ts';
import { tcpdumpLines } from './tcpdump-lines.ts';

/** Reads a text of any size line by line; memory stays bounded by the options' limit. */
export interface EvidenceTextReader {
  line(text: string): void;
  /** A piece of text that need not end at a line's end. */
  chunk(text: string): void;
  end(): Parsed<EvidencePart>;
}

/** Reads a whole text, or its lines. */
export function readEvidenceText(
  text: string | Iterable<string>,
  file: string,
  options: ReadOptions = {},
): Parsed<EvidencePart> {
  const reader = evidenceTextReader(file, options);
  if (typeof text === 'string') reader.chunk(text);
  else for (const line of text) reader.line(line);
  return reader.end();
}

export function evidenceTextReader(file: string, options: ReadOptions = {}): EvidenceTextReader {
  const draft = partDraft(file, options);
  const groups = captureGroups(file, draft.place.name);
  const client = clientLines(draft);
  const readers: readonly LineReader[] = [
    logLines(draft),
    tcpdumpLines(draft, groups),
    commandLines(draft),
    client,
    proseLines(draft, groups),
  ];
  let number = 0;
  let afterBlank = true;

  const line = (raw: string): void => {
    draft.beginLine();
    number++;
    const cleaned = cleanLine(raw);
    client.watch(raw, cleaned, number);
    if (cleaned !== '' && worthReading(cleaned)) {
      const text = ownCopy(cleaned);
      const source: SourceRef = { file, line: number, text };
      const read: TextLine = { text, raw, number, source, carrier: null, afterBlank };
      if (readers.some((reader) => reader.take(read))) draft.recognise();
    }
    afterBlank = cleaned === '';
  };

  const splitter = lineSplitter(line);

  const end = (): Parsed<EvidencePart> => {
    splitter.end();
    for (const reader of readers) reader.end?.();
    return draft.finish({ overlong: splitter.overlong(), labels: groups.labels });
  };

  return { line, chunk: splitter.chunk, end };
}

/** Cheap test that keeps the bulk of a large log away from the parsers. */
function worthReading(line: string): boolean {
  return line.length < 400 || line.includes('SRC=') || line.includes(' > ');
}
