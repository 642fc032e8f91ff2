import { labName } from './compose.ts';

/** A command of an incident, for the laboratory. */
export interface PlacedCommand {
  /** The laboratory's name of the place. */
  readonly namespace: string;
  readonly argv: readonly string[];
}

/**
 * Takes `PLACE: PROGRAM ARGUMENT...` apart. Words are separated by blanks; in double quotes a word may
 * hold blanks, and `\"` stands for a quote.
 */
export function placedCommand(text: string): PlacedCommand {
  const colon = text.indexOf(': ');
  return { namespace: labName(text.slice(0, colon)), argv: words(text.slice(colon + 2)) };
}

function words(text: string): readonly string[] {
  return [...text.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(([, quoted, plain]) =>
    quoted === undefined ? (plain ?? '') : quoted.replace(/\\(.)/g, '$1'),
  );
}
