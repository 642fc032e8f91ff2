import { readElements } from './read-elements.ts';
import { readExpression, startsExpression } from './read-expression.ts';
import { readStateful } from './read-stateful.ts';
import { type Json, secondsOf } from './read-value.ts';
import { type TokenReader, Unexpected } from './token-reader.ts';

/** Names the types of an expression's value, for `typeof`. */
export type TypeNames = (expression: Json) => readonly string[];

type Fields = Record<string, Json>;

/** Reads one line of a `set` or `map` block into the fields that its JSON has. */
export function readSetLine(reader: TokenReader, fields: Fields, namesOf: TypeNames): void {
  const word = reader.word();
  switch (word) {
    case 'type':
      reader.take();
      fields.type = readTypes(reader);
      if (reader.accept(':')) fields.map = readMapTypes(reader);
      return;
    case 'typeof':
      reader.take();
      fields.type = namesOf(readExpression(reader));
      if (reader.accept(':')) fields.map = readTypeofData(reader, namesOf);
      return;
    case 'flags':
      reader.take();
      fields.flags = readNames(reader);
      return;
    case 'size':
      reader.take();
      fields.size = reader.number();
      // The count of `size 100 # count 5`.
      return;
    case 'timeout':
    case 'gc-interval':
      reader.take();
      fields[word] = secondsOf(reader.name());
      return;
    case 'policy':
    case 'comment':
      reader.take();
      fields[word] = reader.name();
      return;
    case 'auto-merge':
      reader.take();
      return;
    case 'elements':
      reader.take();
      reader.expect('=');
      fields.elem = readElements(reader);
      return;
    default: {
      const stateful = readStateful(reader);
      if (!stateful) throw new Unexpected(reader.peek());
      fields.stmt = [...(Array.isArray(fields.stmt) ? fields.stmt : []), stateful];
    }
  }
}

function readTypes(reader: TokenReader): readonly string[] {
  const types = [reader.name()];
  while (reader.accept('.')) types.push(reader.name());
  return types;
}

/** The data of a map; `interval` says that it may be ranges. One type of several is text in JSON. */
function readMapTypes(reader: TokenReader): string {
  reader.accept('interval');
  return readTypes(reader).join(' . ');
}

function readTypeofData(reader: TokenReader, namesOf: TypeNames): string {
  reader.accept('interval');
  return startsExpression(reader) ? namesOf(readExpression(reader)).join(' . ') : reader.name();
}

function readNames(reader: TokenReader): readonly string[] {
  const names = [reader.name()];
  while (reader.accept(',')) names.push(reader.name());
  return names;
}

/** Reads one line of a named object into the fields that its JSON has. */
export function readObjectLine(kind: string, reader: TokenReader, fields: Fields): void {
  if (kind === 'quota') {
    const over = reader.accept('over');
    fields.inv = over;
    fields.bytes = reader.number() * unitSize(reader.name());
    if (reader.accept('used')) fields.used = reader.number() * unitSize(reader.name());
    return;
  }
  if (kind === 'limit' && reader.word() === 'rate') {
    reader.take();
    fields.inv = reader.accept('over');
  }
  // What else an object has changes nothing in what becomes of a packet.
  let depth = 0;
  while (depth > 0 || !reader.atEnd()) {
    const { text, kind: token } = reader.take();
    if (token === 'mark') depth += text === '{' ? 1 : text === '}' ? -1 : 0;
  }
}

function unitSize(unit: string): number {
  return unit === 'mbytes' ? 1024 * 1024 : unit === 'kbytes' ? 1024 : 1;
}
