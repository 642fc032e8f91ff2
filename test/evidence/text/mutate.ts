/** Damages of text as they come from cutting, pasting, terminals and bad luck. */

/** Numbers in [0, 1) that depend on the seed alone. mulberry32, public domain. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const ODD = [
  '',
  ' ',
  '\t',
  '\r',
  '\u0000',
  '\u001b[31m',
  '\ufeff',
  '\u{1f600}',
  '\ud800',
  '<b>',
  '&gt;',
  '&#x41;',
  '"',
  "'",
  '\\',
  '{',
  '}',
  '[',
  ']',
  '(',
  ')',
  '=',
  ':',
  '::',
  '..',
  '->',
  '-',
  '%',
  '/',
  ',',
  '\n',
  '\n\n',
  '> ',
  '$ ',
  '# ',
  '0',
  '-1',
  '99999999999999999999',
  '0xffffffffffffffff',
  '1e999',
  'null',
  'NaN',
  '256.256.256.256',
  'fe80::1%eth0',
  'IN=',
  'OUT=',
  'SRC=',
  'DST=',
  'PROTO=',
  'OPT (',
  'FRAG:',
  'src=',
  'dst=',
  'trace id ',
  'packet: ',
  'TRACE: ',
  'PACKET: ',
  'RX: ',
  'kfree_skb: ',
  'skbaddr=',
  'drop at: ',
  'xx drop (',
  'message repeated 3 times: [ ',
  'curl ',
  'MESSAGE=',
  '__CURSOR=',
];

type Damage = (line: string, other: string, random: () => number) => string;

const at = (line: string, random: () => number): number => Math.floor(random() * (line.length + 1));
const odd = (random: () => number): string => ODD[Math.floor(random() * ODD.length)] ?? '';

const DAMAGES: readonly Damage[] = [
  (line, _other, random) => line.slice(0, at(line, random)),
  (line, _other, random) => line.slice(at(line, random)),
  (line, _other, random) => {
    const from = at(line, random);
    return line.slice(0, from) + line.slice(from + Math.floor(random() * 20));
  },
  (line, _other, random) => {
    const from = at(line, random);
    return line.slice(0, from) + odd(random) + line.slice(from);
  },
  (line, other, random) => line.slice(0, at(line, random)) + other.slice(at(other, random)),
  (line, _other, random) => {
    const words = line.split(' ');
    const [a, b] = [Math.floor(random() * words.length), Math.floor(random() * words.length)];
    [words[a], words[b]] = [words[b] ?? '', words[a] ?? ''];
    return words.join(' ');
  },
  (line, _other, random) => {
    const from = at(line, random);
    const piece = line.slice(from, from + 1 + Math.floor(random() * 12));
    return (
      line.slice(0, from) + piece.repeat(1 + Math.floor(random() ** 6 * 3000)) + line.slice(from)
    );
  },
  (line, _other, random) => line.replace(/\d+/, () => odd(random)),
  (line, _other, random) =>
    line.replace(/[a-z]/gi, (letter) =>
      random() < 0.05 ? String.fromCharCode(Math.floor(random() * 256)) : letter,
    ),
];

/** A line with one to three damages; `other` is what it may be mixed with. */
export function mutate(line: string, other: string, random: () => number): string {
  let text = line;
  for (let left = 1 + Math.floor(random() * 3); left > 0; left--) {
    const damage = DAMAGES[Math.floor(random() * DAMAGES.length)];
    text = damage?.(text, other, random) ?? text;
  }
  return text;
}
