import { PRIMARIES } from './primaries.ts';
import { readElements } from './read-elements.ts';
import type { Json } from './read-value.ts';
import { readAtom, readFlags, readValue } from './read-value.ts';
import type { TokenReader } from './token-reader.ts';

const OPERATORS: Readonly<Record<string, string>> = {
  '&': '&',
  '|': '|',
  '^': '^',
  '<<': '<<',
  '>>': '>>',
  and: '&',
  or: '|',
  xor: '^',
  lshift: '<<',
  rshift: '>>',
};

/** Whether an expression other than a constant begins here. */
export function startsExpression(reader: TokenReader): boolean {
  const word = reader.word();
  return Object.hasOwn(PRIMARIES, word) || word === '(' || /^@(?:ll|nh|th|ih),/.test(word);
}

/** Reads an expression with what follows it: operators, `. PART`, `map { ... }`. */
export function readExpression(reader: TokenReader): Json {
  const first = readBinary(reader);
  let expression: Json = first;
  if (reader.word() === '.') {
    const parts = [first];
    while (reader.accept('.')) parts.push(readBinary(reader));
    expression = { concat: parts };
  }
  if (!reader.accept('map')) return expression;
  return { map: { key: expression, data: readMapData(reader) } };
}

/** `@NAME` or the elements themselves. */
export function readMapData(reader: TokenReader): Json {
  return reader.word().startsWith('@') ? reader.name() : { set: readElements(reader) };
}

/** An expression, or a constant where none begins. */
export function readOperand(reader: TokenReader): Json {
  // A protocol's name alone is a constant: `ip protocol set tcp`.
  const isConstant = !startsExpression(reader) || reader.endsAfter();
  return isConstant ? readValue(reader, false) : readExpression(reader);
}

function readBinary(reader: TokenReader): Json {
  let left = readPrimary(reader);
  for (;;) {
    const word = reader.word();
    const operator = Object.hasOwn(OPERATORS, word) ? OPERATORS[word] : undefined;
    if (operator === undefined) return left;
    reader.take();
    left = { [operator]: [left, readMask(reader)] };
  }
}

/** What stands behind an operator: flags of a mask stand in parentheses, and are a list in JSON. */
function readMask(reader: TokenReader): Json {
  if (reader.word() !== '(') {
    return startsExpression(reader) ? readPrimary(reader) : readAtom(reader);
  }
  const value = readFlags(reader);
  return typeof value === 'object' && value !== null && '|' in value ? value['|'] : value;
}

function readPrimary(reader: TokenReader): Json {
  if (reader.accept('(')) {
    const inside = readExpression(reader);
    reader.expect(')');
    return inside;
  }
  const word = reader.word();
  const raw = /^@(ll|nh|th|ih),(\d+),(\d+)$/.exec(word);
  if (raw) {
    reader.take();
    return { payload: { base: raw[1], offset: Number(raw[2]), len: Number(raw[3]) } };
  }
  const read = Object.hasOwn(PRIMARIES, word) ? PRIMARIES[word] : undefined;
  return read ? read(reader, readExpression) : readAtom(reader);
}
