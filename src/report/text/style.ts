/** How parts of a text are marked. Colour only underlines what the words say already. */
export interface Style {
  readonly strong: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly changed: (text: string) => string;
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
}

const same = (text: string): string => text;

/** For files, pipes and NO_COLOR. */
export const PLAIN: Style = { strong: same, faint: same, changed: same, good: same, bad: same };

/** For terminals: select graphic rendition sequences of ECMA-48. */
export const COLOURED: Style = {
  strong: sgr(1, 22),
  faint: sgr(2, 22),
  changed: sgr(33, 39),
  good: sgr(32, 39),
  bad: sgr(31, 39),
};

function sgr(on: number, off: number): (text: string) => string {
  return (text) => (text === '' ? '' : `\u001b[${on}m${text}\u001b[${off}m`);
}

/** What a rendering may assume of the place it is shown. */
export interface Canvas {
  readonly style: Style;
  /** Columns that prose is wrapped to. */
  readonly width: number;
  /** Columns at which the place itself breaks a line; a file breaks none. */
  readonly edge: number;
}

export const PLAIN_CANVAS: Canvas = { style: PLAIN, width: 100, edge: Number.POSITIVE_INFINITY };
