import { priorityOf } from './priority.ts';
import { readStatement } from './read-statement.ts';
import type { Json } from './read-value.ts';
import { type TokenReader, Unexpected } from './token-reader.ts';

/** `type filter hook input device "d0" priority filter + 5`: the fields of a base chain in JSON. */
export function readHook(reader: TokenReader, family: string): Readonly<Record<string, Json>> {
  reader.expect('type');
  const type = reader.name();
  reader.expect('hook');
  const hook = reader.name();
  const device = readDevices(reader);
  const at = reader.peek();
  reader.expect('priority');
  const words: string[] = [];
  while (!reader.atEnd()) words.push(reader.name());
  const prio = priorityOf(family, words);
  if (prio === null) throw new Unexpected(at);
  return { type, hook, prio, ...(device === null ? {} : { dev: device }) };
}

/** `device "d0"`, `devices = { d0, "d1" }`, or null. */
function readDevices(reader: TokenReader): Json {
  if (reader.accept('device')) return reader.name();
  if (!reader.accept('devices')) return null;
  reader.expect('=');
  reader.expect('{');
  const devices: string[] = [];
  while (!reader.accept('}')) {
    reader.skipLines();
    devices.push(reader.name());
    reader.skipLines();
    reader.accept(',');
    reader.skipLines();
  }
  return devices;
}

/** A rule's statements and its comment, up to its end. */
export interface RuleText {
  readonly expr: readonly Json[];
  readonly comment: string | null;
}

/**
 * Reads a rule. What cannot be read is the text of one statement, from where it begins to the line's end;
 * `textFrom` gives that.
 */
export function readRuleText(
  reader: TokenReader,
  textFrom: (position: number) => string,
): RuleText {
  const expr: Json[] = [];
  let comment: string | null = null;
  while (!reader.atEnd()) {
    const position = reader.position;
    try {
      if (reader.accept('comment')) comment = reader.name();
      else expr.push(readStatement(reader));
    } catch (problem) {
      if (!(problem instanceof Unexpected)) throw problem;
      reader.seek(position);
      expr.push(textFrom(position));
      break;
    }
  }
  return { expr, comment };
}
