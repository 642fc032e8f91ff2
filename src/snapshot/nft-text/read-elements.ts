import { readStateful } from './read-stateful.ts';
import type { Json } from './read-value.ts';
import { readValue, secondsOf } from './read-value.ts';
import { readVerdict } from './read-verdict.ts';
import { type TokenReader, Unexpected } from './token-reader.ts';

/** Reads `{ ELEMENT, ELEMENT }` into the list that JSON has of a set's or map's elements. */
export function readElements(reader: TokenReader): readonly Json[] {
  const elements: Json[] = [];
  reader.expect('{');
  reader.skipLines();
  while (!reader.accept('}')) {
    elements.push(readElement(reader));
    reader.skipLines();
    if (reader.accept(',')) reader.skipLines();
    else if (reader.word() !== '}') throw new Unexpected(reader.peek());
  }
  return elements;
}

/** `KEY [counter] [timeout TIME] [comment TEXT] [: DATA]`. */
function readElement(reader: TokenReader): Json {
  const value = readValue(reader, true);
  const options = readOptions(reader);
  const key = Object.keys(options).length === 0 ? value : { elem: { val: value, ...options } };
  if (!reader.accept(':')) return key;
  reader.skipLines();
  return [key, readVerdict(reader) ?? readValue(reader, true)];
}

/** What an element has beside its key. */
export function readOptions(reader: TokenReader): Readonly<Record<string, Json>> {
  const options: Record<string, Json> = {};
  for (;;) {
    const word = reader.word();
    if (word === 'timeout' || word === 'expires') {
      reader.take();
      options[word] = secondsOf(reader.name());
    } else if (word === 'comment') {
      reader.take();
      options.comment = reader.name();
    } else {
      const stateful = readStateful(reader);
      if (!stateful) return options;
      Object.assign(options, stateful);
    }
  }
}
