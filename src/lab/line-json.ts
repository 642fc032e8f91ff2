/**
 * JSON on one line that keeps what JSON has no form for: the bits of an IPv6 address are a bigint.
 * Both ends of a laboratory's pipe use it.
 */

const TAG = '$bigint';

export function toLine(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) =>
    typeof each === 'bigint' ? { [TAG]: each.toString() } : each,
  );
}

export function fromLine(line: string): unknown {
  return JSON.parse(line, (_key, each: unknown) => {
    if (typeof each !== 'object' || each === null || !(TAG in each)) return each;
    return BigInt(String(each[TAG]));
  });
}
