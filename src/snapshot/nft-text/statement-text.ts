import { readStatement } from './read-statement.ts';
import type { Json } from './read-value.ts';
import { TokenReader, Unexpected } from './token-reader.ts';
import { tokenize } from './tokens.ts';

/** The JSON of one statement that nft lists as text, or null when it is not as nft writes it. */
export function readStatementText(text: string): Json {
  const reader = new TokenReader(tokenize(text));
  try {
    const json = readStatement(reader);
    return reader.atEnd() ? json : null;
  } catch (problem) {
    if (!(problem instanceof Unexpected)) throw problem;
    return null;
  }
}
