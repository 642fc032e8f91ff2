/**
 * JSON that keeps what JSON has no form for: the bits of an IPv6 address are a bigint. Both ends of a
 * laboratory's pipe use it, on one line, and files of recorded cases.
 */

const TAG = '$bigint';

export function toLine(value: unknown): string {
  return print(value, 0);
}

/** The same for people to read. */
export function toLines(value: unknown): string {
  return `${print(value, 1)}\n`;
}

function print(value: unknown, indent: number): string {
  const printed = (_key: string, each: unknown) =>
    typeof each === 'bigint' ? { [TAG]: each.toString() } : each;
  return JSON.stringify(value, printed, indent);
}

export function fromLine(line: string): unknown {
  return JSON.parse(line, (_key, each: unknown) => {
    if (typeof each !== 'object' || each === null || !(TAG in each)) return each;
    return BigInt(String(each[TAG]));
  });
}
