import { expect, test } from 'vitest';
import { parseIpv4 } from './address.ts';
import { contains, formatPrefix, network, parsePrefix } from './prefix.ts';

test.each([
  ['10.0.0.0/8', '10.255.255.255', true],
  ['10.0.0.0/8', '11.0.0.0', false],
  ['0.0.0.0/0', '255.255.255.255', true],
  ['192.168.82.0/32', '192.168.82.0', true],
  ['192.168.82.0/32', '192.168.82.1', false],
])('%s contains %s: %s', (prefix, address, expected) => {
  const p = parsePrefix(prefix);
  const a = parseIpv4(address);
  if (!p || !a) throw new Error('bad table row');
  expect(contains(p, a)).toBe(expected);
});

test('network clears the host bits', () => {
  const prefix = parsePrefix('10.39.0.17/24');
  expect(prefix && formatPrefix(network(prefix))).toBe('10.39.0.0/24');
});

test.each(['10.0.0.0/33', '10.0.0.0/', 'x/8', '10.0.0.0/-1'])('refuses %j', (text) => {
  expect(parsePrefix(text)).toBeNull();
});
