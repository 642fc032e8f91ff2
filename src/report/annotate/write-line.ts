import { type Canvas, PLAIN } from '../text/style.ts';
import { wrap } from '../text/width.ts';
import type { LineNote } from './line-note.ts';
import { noteText } from './note-text.ts';

export const ANNOTATE_SCHEMA = 'hookline/annotate/v1';

/** Where a note stands: behind its line, for other programs, or below it, for people. */
export type NotePlace = 'beside' | 'below';

/** A line of `annotate --json`. */
export interface AnnotatedJson {
  readonly schema: typeof ANNOTATE_SCHEMA;
  /** From 1, over all input. */
  readonly line: number;
  readonly text: string;
  readonly note: LineNote | null;
}

/** What follows the line's own bytes, with the line's end. */
export function noteSuffix(note: LineNote | null, place: NotePlace, canvas: Canvas): string {
  if (note === null) return '\n';
  if (place === 'beside') return `  # ${noteText(note, canvas.style)}\n`;
  if (canvas.style !== PLAIN) return `\n    ${noteText(note, canvas.style)}\n`;
  const lines = wrap(noteText(note, PLAIN), canvas.width - 4, '  ');
  return `\n${lines.map((line) => `    ${line}\n`).join('')}`;
}
