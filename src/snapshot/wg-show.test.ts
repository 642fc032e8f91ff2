import { expect, it } from 'vitest';
import { parseWgShow } from './wg-show.ts';

const KEY = `${'A'.repeat(43)}=`;
const OTHER = `${'B'.repeat(43)}=`;

it('reads devices and peers, and keeps no private key', () => {
  const text = [
    `wg0\tsecret\t${KEY}\t51820\t0x20`,
    `wg0\t${OTHER}\tshared\t[2001:db8::1]:51821\t10.0.0.0/24,fd00::/64\t0\t0\t0\toff`,
    `wg0\t${KEY}\t(none)\t(none)\t(none)\t0\t0\t0\t25`,
    '',
  ].join('\n');
  const { value, issues } = parseWgShow(text, 'wg-show.txt');
  expect(issues).toEqual([]);
  expect(value.get('wg0')).toMatchObject({
    publicKey: KEY,
    listenPort: 51820,
    mark: 32,
    peers: [
      { publicKey: OTHER, endpoint: { port: 51821 }, allowed: [{ length: 24 }, { length: 64 }] },
      { publicKey: KEY, endpoint: null, allowed: [] },
    ],
  });
  expect(JSON.stringify([...value], (_, v) => (typeof v === 'bigint' ? `${v}` : v))).not.toMatch(
    /secret|shared/,
  );
});

it.each([
  ['a line that is cut off', `wg0\tsecret\t${KEY}`, 1],
  ['a peer before its device', `wg0\t${KEY}\t(none)\t(none)\t(none)\t0\t0\t0\toff`, 1],
  [
    'an allowed prefix that is none',
    `wg0\tx\t${KEY}\t1\toff\nwg0\t${KEY}\tx\t(none)\tall\t0\t0\t0\toff`,
    2,
  ],
  ['a port that is none', `wg0\tx\t${KEY}\tx\toff`, 1],
])('names %s', (_, text, line) => {
  expect(parseWgShow(text, 'wg-show.txt').issues.map(({ source }) => source.line)).toEqual([line]);
});
