import { expect, it } from 'vitest';
import { formatAddress } from '../../packet/address.ts';
import { readSavedRule } from './saved-rule.ts';

it('reads what a rule names', () => {
  const line =
    '[3:180] -A KUBE-SEP-X -d 10.96.0.10/32 -p tcp -m comment --comment "prod/web:http cluster IP" -m tcp --dport 80 -j DNAT --to-destination 10.244.1.9:8080';
  const rule = readSavedRule(line);
  expect(rule).toMatchObject({
    chain: 'KUBE-SEP-X',
    protocol: 'tcp',
    dport: 80,
    comment: 'prod/web:http cluster IP',
    target: 'DNAT',
    translatedTo: { port: 8080 },
  });
  expect(rule?.destination && formatAddress(rule.destination)).toBe('10.96.0.10');
});

it.each([
  ['-A OUTPUT ! -d 10.0.0.1/32 -j RETURN', null],
  ['-A OUTPUT -d 10.0.0.0/8 -j RETURN', null],
  ['-A OUTPUT -d 10.0.0.1/32 -j RETURN', '10.0.0.1'],
])('names one address of %s: %s', (line, address) => {
  const destination = readSavedRule(line)?.destination ?? null;
  expect(destination && formatAddress(destination)).toBe(address);
});

it.each(['', 'hello', '-P OUTPUT ACCEPT', ':OUTPUT ACCEPT [0:0]'])('%j is no rule', (line) => {
  expect(readSavedRule(line)).toBeNull();
});
