import type { Canvas } from '../text/style.ts';
import type { LineNote } from './line-note.ts';
import { noteLines, noteText } from './note-text.ts';

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
  const { style, width, edge } = canvas;
  if (place === 'beside') return `  # ${noteText(note, style)}\n`;
  const lines = noteLines(note, style, Math.min(width, edge) - INDENT.length);
  return `\n${lines.map((line) => `${INDENT}${line}\n`).join('')}`;
}

const INDENT = '    ';
