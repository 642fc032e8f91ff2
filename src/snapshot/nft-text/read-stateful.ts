import type { Json } from './read-value.ts';
import { type TokenReader, Unexpected } from './token-reader.ts';

type Statement = Readonly<Record<string, Json>>;

/**
 * Reads a statement that keeps a state and can stand in a set's element: `counter`, `limit rate`, `quota`,
 * `ct count`, `last`; null when none stands here.
 */
export function readStateful(reader: TokenReader): Statement | null {
  switch (reader.word()) {
    case 'counter':
      return reader.word(1) === 'name' ? null : readCounter(reader);
    case 'limit':
      return reader.word(1) === 'name' ? null : readLimit(reader);
    case 'quota':
      return reader.word(1) === 'name' ? null : readQuota(reader);
    case 'last':
      return readLast(reader);
    case 'ct':
      return reader.word(1) === 'count' ? readCtCount(reader) : null;
    default:
      return null;
  }
}

/** `counter packets 0 bytes 0`; `nft -s` leaves the values out. */
function readCounter(reader: TokenReader): Statement {
  reader.expect('counter');
  return { counter: readCounts(reader) };
}

/** `packets 0 bytes 0`, or null. */
export function readCounts(reader: TokenReader): Json {
  if (!reader.accept('packets')) return null;
  const packets = Number(reader.name());
  reader.expect('bytes');
  return { packets, bytes: Number(reader.name()) };
}

function readLimit(reader: TokenReader): Statement {
  reader.expect('limit');
  return { limit: readRate(reader) };
}

/** `rate over 10/second burst 5 packets`, `rate 10 mbytes/second burst 5 kbytes`. */
export function readRate(reader: TokenReader): Json {
  reader.expect('rate');
  const over = reader.accept('over');
  const { amount, unit, per } = readAmount(reader);
  const limit: Record<string, Json> = { rate: amount, per };
  if (unit !== null) limit.rate_unit = unit;
  if (over) limit.inv = true;
  limit.burst = unit === null ? 5 : 0;
  if (reader.accept('burst')) {
    limit.burst = reader.number();
    const burstUnit = reader.name();
    if (burstUnit !== 'packets') limit.burst_unit = burstUnit;
  }
  return limit;
}

/** `10/second` is packets, `10 mbytes/second` two words. */
function readAmount(reader: TokenReader) {
  const token = reader.take();
  const packets = /^(\d{1,15})\/(\w+)$/.exec(token.text);
  if (packets) return { amount: Number(packets[1]), unit: null, per: packets[2] ?? '' };
  const unit = /^(\w+)\/(\w+)$/.exec(reader.word());
  if (!/^\d{1,15}$/.test(token.text) || !unit) throw new Unexpected(token);
  reader.take();
  return { amount: Number(token.text), unit: unit[1] ?? '', per: unit[2] ?? '' };
}

function readQuota(reader: TokenReader): Statement {
  reader.expect('quota');
  return { quota: readQuotaValues(reader) };
}

/** `over 25 mbytes used 5 kbytes`. */
export function readQuotaValues(reader: TokenReader): Json {
  const over = reader.accept('over') || (reader.accept('until') && false);
  const quota: Record<string, Json> = { val: reader.number(), val_unit: reader.name() };
  if (over) quota.inv = true;
  if (reader.accept('used')) {
    quota.used = reader.number();
    quota.used_unit = reader.name();
  }
  return quota;
}

/** `last used 5s`, `last used never`. */
function readLast(reader: TokenReader): Statement {
  reader.expect('last');
  if (reader.accept('used')) reader.name();
  return { last: null };
}

function readCtCount(reader: TokenReader): Statement {
  reader.expect('ct');
  reader.expect('count');
  const over = reader.accept('over');
  return { 'ct count': { val: reader.number(), ...(over ? { inv: true } : {}) } };
}
