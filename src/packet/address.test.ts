import { describe, expect, test } from 'vitest';
import { formatAddress, parseAddress, parseIpv4, parseIpv6 } from './address.ts';

describe('parseIpv4', () => {
  test.each(['0.0.0.0', '10.39.0.17', '255.255.255.255', '192.168.82.0'])(
    'reads %s and prints it back',
    (text) => {
      const address = parseIpv4(text);
      expect(address && formatAddress(address)).toBe(text);
    },
  );

  test.each([
    '',
    '1.2.3',
    '1.2.3.4.5',
    '010.0.0.1',
    '256.0.0.1',
    '1.2.3.4 ',
    '0x7f.0.0.1',
    '1..2.3',
    'a.b.c.d',
  ])('refuses %j, which programs read differently', (text) => {
    expect(parseIpv4(text)).toBeNull();
  });
});

describe('parseIpv6', () => {
  test.each([
    ['::', '::'],
    ['::1', '::1'],
    ['fd00:244:1::', 'fd00:244:1::'],
    ['fe80:0:0:0:26e2:2c28:41f7:6252', 'fe80::26e2:2c28:41f7:6252'],
    ['::ffff:10.0.0.1', '::ffff:a00:1'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
  ])('reads %s as %s', (text, printed) => {
    const address = parseIpv6(text);
    expect(address && formatAddress(address)).toBe(printed);
  });

  test.each([':', ':::', '1:2:3', '1::2::3', '12345::', 'g::'])('refuses %j', (text) => {
    expect(parseAddress(text)).toBeNull();
  });
});
