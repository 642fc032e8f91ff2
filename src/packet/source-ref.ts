/** Where a fact was read: a file of a snapshot or evidence, a 1-based line, and the text itself. */
export interface SourceRef {
  readonly file: string;
  readonly line: number;
  readonly text?: string;
}

/** Prints a source as editors and compilers do: `file:line`. */
export function formatSource(source: SourceRef): string {
  return `${source.file}:${source.line}`;
}
