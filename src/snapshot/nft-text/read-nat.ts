import { readExpression, readOperand, startsExpression } from './read-expression.ts';
import { atomOf, type Json } from './read-value.ts';
import { type TokenReader, Unexpected } from './token-reader.ts';
import type { Token } from './tokens.ts';

const FLAGS: readonly string[] = ['random', 'fully-random', 'persistent'];

/** `dnat ip prefix to ADDRESS:PORT random,persistent`, `masquerade to :1-5`, `redirect`. */
export function readNat(reader: TokenReader): Json {
  const kind = reader.name();
  const nat: Record<string, Json> = {};
  if (reader.word() === 'ip' || reader.word() === 'ip6') nat.family = reader.name();
  const flags: string[] = [];
  if (reader.accept('prefix')) {
    nat.type_flags = 'prefix';
    flags.push('netmap');
  }
  // `addr . port`, `interval`: what the map after it gives, which its own types say.
  if (reader.word() === 'addr' || reader.word() === 'interval') {
    while (reader.word() !== 'to' && !reader.atEnd()) reader.take();
  }
  if (reader.accept('to')) Object.assign(nat, readTarget(reader));
  while (FLAGS.includes(reader.word())) {
    flags.push(reader.name());
    reader.accept(',');
  }
  if (flags.length > 0) nat.flags = flags.length === 1 ? flags[0] : flags;
  return { [kind]: Object.keys(nat).length === 0 ? null : nat };
}

/** `tproxy ip to ADDRESS:PORT`. */
export function readTproxy(reader: TokenReader): Json {
  reader.take();
  const family = reader.word() === 'to' ? {} : { family: reader.name() };
  reader.expect('to');
  return { tproxy: { ...family, ...readTarget(reader) } };
}

/** `dup to ADDRESS device DEVICE`, `fwd to DEVICE`, `fwd ip to ADDRESS device DEVICE`. */
export function readForward(reader: TokenReader): Json {
  const kind = reader.name();
  const family = reader.word() === 'to' ? null : reader.name();
  reader.expect('to');
  const to = readOperand(reader);
  const dev = reader.accept('device') ? readOperand(reader) : undefined;
  if (kind === 'dup') return { dup: { addr: to, ...(dev === undefined ? {} : { dev }) } };
  return { fwd: dev === undefined ? { dev: to } : { dev, family, addr: to } };
}

/** An address, `ADDRESS:PORT`, `:PORT`, either of which may be an expression. */
function readTarget(reader: TokenReader): Readonly<Record<string, Json>> {
  if (startsExpression(reader)) {
    const addr = readExpression(reader);
    return reader.word().startsWith(':')
      ? { addr, port: readPort(reader, takeColon(reader)) }
      : { addr };
  }
  const token = reader.take();
  if (token.kind !== 'word') throw new Unexpected(token);
  const bracketed = /^\[([^\]]+)\](?:-\[([^\]]+)\])?(?::(.*))?$/.exec(token.text);
  if (bracketed) {
    const [, first = '', last, port] = bracketed;
    const addr = last === undefined ? atomOf(first) : { range: [first, last] };
    return port === undefined ? { addr } : { addr, port: readPort(reader, { text: port, token }) };
  }
  const ported = /^([\d.-]*):(.*)$/.exec(token.text);
  const isIpv6 = /^[\da-fA-F]*:[\da-fA-F:.]*:/.test(token.text) || token.text.includes('::');
  if (!ported || isIpv6) return { addr: atomOf(token.text) };
  const port = readPort(reader, { text: ported[2] ?? '', token });
  return ported[1] === '' ? { port } : { addr: atomOf(ported[1] ?? ''), port };
}

interface Begun {
  readonly text: string;
  readonly token: Token;
}

function takeColon(reader: TokenReader): Begun {
  const token = reader.take();
  return { text: token.text.slice(1), token };
}

/** Behind a colon stands a port, or without a space the first word of an expression. */
function readPort(reader: TokenReader, { text, token }: Begun): Json {
  if (/^\d/.test(text)) return atomOf(text);
  reader.push(text, token);
  return readExpression(reader);
}
