/** A word of a listing. */
export interface Token {
  /** `word`: anything between spaces; `string`: what stood in quotes; `mark`: one of `{},;()` or a line's end. */
  readonly kind: 'word' | 'string' | 'mark' | 'comment';
  /** A string has no quotes here; a line's end is `\n`; a comment is without its `#`. */
  readonly text: string;
  readonly line: number;
  /** Offset in the text. */
  readonly start: number;
  readonly end: number;
  /** Nothing stands between it and the token before. */
  readonly glued: boolean;
}

/** Raw places (`@nh,96,32`) hold commas, and are one word. */
const PATTERN =
  /(\n)|([ \t\r]+)|"([^"\n]*)"|([{}();])|(,)|#([^\n]*)|(@(?:ll|nh|th|ih|\d+),\d+,\d+|[^\s{}();,"#]+|")/gy;

/** Splits a listing of `nft list ruleset` into its words, in linear time. */
export function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let line = 1;
  let glued = false;
  PATTERN.lastIndex = 0;
  for (let match = PATTERN.exec(text); match; match = PATTERN.exec(text)) {
    const [all, newline, space, quoted, bracket, comma, comment, word] = match;
    const place = { line, start: match.index, end: match.index + all.length, glued };
    glued = space === undefined;
    if (newline !== undefined) {
      tokens.push({ kind: 'mark', text: '\n', ...place });
      line++;
      glued = false;
    } else if (quoted !== undefined) tokens.push({ kind: 'string', text: quoted, ...place });
    else if (comment !== undefined)
      tokens.push({ kind: 'comment', text: comment.trim(), ...place });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word, ...place });
    else if (space === undefined) {
      tokens.push({ kind: 'mark', text: bracket ?? comma ?? '', ...place });
    }
  }
  return tokens;
}
