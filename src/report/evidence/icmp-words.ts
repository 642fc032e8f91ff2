/** RFC 792, RFC 1812 5.2.7.1. */
const UNREACHABLE: Readonly<Record<number, string>> = {
  0: 'network unreachable',
  1: 'host unreachable',
  2: 'protocol unreachable',
  3: 'port unreachable',
  4: 'fragmentation needed',
  9: 'network prohibited',
  10: 'host prohibited',
  13: 'administratively prohibited',
};

/** RFC 4443 3. */
const UNREACHABLE6: Readonly<Record<number, string>> = {
  0: 'no route',
  1: 'administratively prohibited',
  3: 'address unreachable',
  4: 'port unreachable',
  5: 'source address failed policy',
  6: 'reject route',
};

/** `port unreachable`; `3/7` where there is no word. */
export function icmpWords(family: 4 | 6, type: number, code: number): string {
  const numbers = `${type}/${code}`;
  if (family === 4) {
    if (type === 3) return UNREACHABLE[code] ?? numbers;
    if (type === 5) return 'redirect';
    return type === 11 ? 'time exceeded' : numbers;
  }
  if (type === 1) return UNREACHABLE6[code] ?? numbers;
  if (type === 2) return 'packet too big';
  return type === 3 ? 'time exceeded' : numbers;
}
