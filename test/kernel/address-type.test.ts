import { expect, test } from 'vitest';
import { addressType } from '../../src/kernel/routing/address-type.ts';
import { address, NOTHING_UNKNOWN, netnsOf, ruleTo } from './netns.ts';

const ROUTES = [
  'local 127.0.0.0/8 dev lo src 127.0.0.1',
  'local 10.0.0.2/32 dev d0 src 10.0.0.2',
  'local 10.0.1.2/32 dev d1 src 10.0.1.2',
  'local 81.0.0.0/8 dev lo',
  'broadcast 10.0.0.255/32 dev d0 src 10.0.0.2',
  'unicast 10.0.0.0/24 dev d0 src 10.0.0.2',
  'unicast 81.1.0.0/16 dev d0',
  'blackhole 30.0.0.0/16',
];
const ADDRESSES = { d0: ['10.0.0.2/24'], d1: ['10.0.1.2/24'] };

const MERGED = netnsOf({ addresses: ADDRESSES, routes: ROUTES });
const WITH_RULES = netnsOf({
  addresses: ADDRESSES,
  routes: ROUTES,
  rules: [ruleTo(100, '60.0.0.0/8', { kind: 'nop' })],
});

test.each([
  ['an own address is local', '10.0.0.2', null, 'local'],
  ['all of 127/8 is local', '127.8.9.10', null, 'local'],
  ['an address of a local route is local', '81.2.3.4', null, 'local'],
  ['an own address is local to its device', '10.0.0.2', 'd0', 'local'],
  ['an own address is unicast to another device', '10.0.1.2', 'd0', 'unicast'],
  ['the broadcast of a subnet', '10.0.0.255', null, 'broadcast'],
  ['the broadcast of a subnet is unicast to another device', '10.0.0.255', 'd1', 'unicast'],
  ['the limited broadcast', '255.255.255.255', null, 'broadcast'],
  ['0.0.0.0 counts as broadcast', '0.0.0.0', null, 'broadcast'],
  ['a group', '239.1.2.3', null, 'multicast'],
  ['a neighbour', '10.0.0.9', null, 'unicast'],
  ['an address without a route', '50.0.0.1', null, 'unicast'],
  ['an address behind a blackhole', '30.0.0.1', null, 'unicast'],
  ['240/4 is nothing special', '240.0.0.1', null, 'unicast'],
] as const)('%s', (_, text, device, expected) => {
  expect(addressType(MERGED, address(text), device, NOTHING_UNKNOWN)).toBe(expected);
  expect(addressType(WITH_RULES, address(text), device, NOTHING_UNKNOWN)).toBe(expected);
});

test('a longer prefix of main hides a local route only until a rule parts the tables', () => {
  const hidden = address('81.1.2.3');
  expect(addressType(MERGED, hidden, null, NOTHING_UNKNOWN)).toBe('unicast');
  expect(addressType(WITH_RULES, hidden, null, NOTHING_UNKNOWN)).toBe('local');
});
