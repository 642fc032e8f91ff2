import type { SourceRef } from '../../packet/source-ref.ts';
import type { LogFraming } from './log/log-framing.ts';

/** A line of text as the readers get it. */
export interface TextLine {
  /** Without quoting, indentation, escapes and what carried it; it may be kept. */
  readonly text: string;
  /** As it stands in the file, without its end. A piece of a large text: copy what is kept. */
  readonly raw: string;
  readonly number: number;
  readonly source: SourceRef;
  /** Time and host of what carried it: a journal's entry, a container's log. */
  readonly carrier: LogFraming | null;
  readonly afterBlank: boolean;
}

/** Recognises the lines of one format by their content. */
export interface LineReader {
  /**
   * True when the line is of this format, whether it could be used or not. Readers see the lines
   * in order, each until one takes it; so the test for other lines has to be cheap.
   */
  take(line: TextLine): boolean;
  /** No line follows. */
  end?(): void;
}

/** A JSON object that one program printed as one record. */
export type JsonRecord = { readonly [key: string]: unknown };

/** Recognises the records of one program by their keys. */
export interface RecordReader {
  take(record: JsonRecord, line: TextLine): boolean;
}
