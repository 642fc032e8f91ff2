import { expect, test } from 'vitest';
import { routeOutput } from '../../src/kernel/routing/output-route.ts';
import { masqueradeSource } from '../../src/kernel/routing/source-address.ts';
import { formatAddress } from '../../src/packet/address.ts';
import { address, NOTHING_UNKNOWN, netnsOf } from './netns.ts';

const NETNS = netnsOf({
  addresses: {
    lo: ['127.0.0.1/8 host', '192.168.99.9/32'],
    d0: ['10.0.0.2/24', '10.0.0.3/24 secondary', '10.7.0.1/16'],
    d1: ['169.254.7.7/16 link', '10.5.0.1/16'],
    d2: [],
    d3: ['169.254.8.8/16 link'],
  },
  routes: [
    'local 10.0.0.2/32 dev d0 src 10.0.0.2',
    'local 127.0.0.0/8 dev lo src 127.0.0.1',
    'unicast 10.0.0.0/24 dev d0 src 10.0.0.2',
    'unicast 10.7.0.0/16 dev d0',
    'unicast 20.0.0.0/8 via 10.0.0.1 dev d0',
    'unicast 21.0.0.0/8 via 10.7.0.9 dev d0',
    'unicast 22.0.0.0/8 via 10.0.0.1 dev d0 src 10.0.0.3',
    'unicast 23.0.0.0/8 dev d1',
    'unicast 24.0.0.0/8 dev d2',
    'unicast 25.0.0.0/8 via 10.99.0.1 dev d1',
    'unicast 26.0.0.0/8 via 10.99.0.1 dev d3',
  ],
});

test.each([
  ['an own address is its own source', '10.0.0.2', '10.0.0.2', 'route-prefsrc'],
  ['all of 127/8 is reached from 127.0.0.1', '127.8.8.8', '127.0.0.1', 'route-prefsrc'],
  ['a connected route has a source', '10.0.0.9', '10.0.0.2', 'route-prefsrc'],
  ['the address whose subnet has the gateway', '20.0.0.1', '10.0.0.2', 'gateway-subnet'],
  ['a later address whose subnet has the gateway', '21.0.0.1', '10.7.0.1', 'gateway-subnet'],
  ['the source of the route, a secondary one too', '22.0.0.1', '10.0.0.3', 'route-prefsrc'],
  [
    'an address of link scope will do for a route of link scope',
    '23.0.0.1',
    '169.254.7.7',
    'first-address',
  ],
  [
    'a device without address: that of another device, lo first',
    '24.0.0.1',
    '192.168.99.9',
    'other-device',
  ],
  [
    'an address of link scope will not do behind a gateway',
    '25.0.0.1',
    '10.5.0.1',
    'first-address',
  ],
  [
    'only an address of link scope, behind a gateway: another device',
    '26.0.0.1',
    '192.168.99.9',
    'other-device',
  ],
])('%s', (_, to, expected, choice) => {
  const found = routeOutput(
    NETNS,
    {
      destination: address(to),
      source: null,
      oif: null,
      mark: 0,
      tos: 0,
      protocol: 17,
      sport: 0,
      dport: 0,
      uid: 0,
      anySource: false,
    },
    NOTHING_UNKNOWN,
  );
  expect(
    found.kind === 'route' ? [formatAddress(found.source), found.sourceChoice] : found.errno,
  ).toEqual([expected, choice]);
});

test.each([
  ['the subnet of the next hop', 'd0', '10.7.0.9', '10.7.0.1'],
  ['the destination where there is no gateway', 'd0', null, '10.0.0.2'],
  ['another device where it has none', 'd2', null, '192.168.99.9'],
])('MASQUERADE takes %s and ignores the source of routes', (_, device, nexthop, expected) => {
  const source = masqueradeSource(
    NETNS,
    device,
    nexthop === null ? null : address(nexthop),
    address('22.0.0.1'),
    NOTHING_UNKNOWN,
  );
  expect(source && formatAddress(source)).toBe(expected);
});
