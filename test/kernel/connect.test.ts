import { expect, test } from 'vitest';
import { routeConnect } from '../../src/kernel/routing/output-route.ts';
import { formatAddress } from '../../src/packet/address.ts';
import { PROTOCOL } from '../../src/packet/protocol.ts';
import { address, NOTHING_UNKNOWN, netnsOf, ruleTo } from './netns.ts';

/**
 * What connect() says, as python's connect_ex() showed it on Linux 6.18 with the same routes:
 * docs/lab-notes/routing-connect-errno.md.
 */
const NETNS = netnsOf({
  addresses: { d0: ['10.0.0.2/24'] },
  routes: [
    'local 127.0.0.0/8 dev lo src 127.0.0.1',
    'local 10.0.0.2/32 dev d0 src 10.0.0.2',
    'broadcast 10.0.0.255/32 dev d0 src 10.0.0.2',
    'unicast 10.0.0.0/24 dev d0 src 10.0.0.2',
    'blackhole 30.0.0.0/16',
    'unreachable 30.1.0.0/16',
    'prohibit 30.2.0.0/16',
    'throw 30.3.0.0/16',
  ],
  rules: [
    ruleTo(100, '60.0.0.0/8', { kind: 'unreachable' }),
    ruleTo(101, '61.0.0.0/8', { kind: 'prohibit' }),
    ruleTo(102, '62.0.0.0/8', { kind: 'blackhole' }),
  ],
});

interface Connect {
  readonly name: string;
  readonly to: string;
  readonly source?: string;
  readonly device?: string;
  readonly tcp: string;
  readonly udp: string;
}

const CONNECTS: readonly Connect[] = [
  { name: 'a blackhole route', to: '30.0.0.1', tcp: 'EINVAL', udp: 'EINVAL' },
  { name: 'an unreachable route', to: '30.1.0.1', tcp: 'EHOSTUNREACH', udp: 'EHOSTUNREACH' },
  { name: 'a prohibit route', to: '30.2.0.1', tcp: 'EACCES', udp: 'EACCES' },
  { name: 'a throw route', to: '30.3.0.1', tcp: 'ENETUNREACH', udp: 'ENETUNREACH' },
  { name: 'no route', to: '50.0.0.1', tcp: 'ENETUNREACH', udp: 'ENETUNREACH' },
  { name: 'an unreachable rule', to: '60.0.0.1', tcp: 'ENETUNREACH', udp: 'ENETUNREACH' },
  { name: 'a prohibit rule', to: '61.0.0.1', tcp: 'EACCES', udp: 'EACCES' },
  { name: 'a blackhole rule', to: '62.0.0.1', tcp: 'EINVAL', udp: 'EINVAL' },
  { name: 'the broadcast of a subnet', to: '10.0.0.255', tcp: 'ENETUNREACH', udp: 'EACCES' },
  {
    name: 'the limited broadcast without a route',
    to: '255.255.255.255',
    tcp: 'ENETUNREACH',
    udp: 'ENETUNREACH',
  },
  { name: 'a group without a route', to: '224.1.1.1', tcp: 'ENETUNREACH', udp: 'ENETUNREACH' },
  {
    name: '0.0.0.0, which is this host',
    to: '0.0.0.0',
    tcp: 'from 127.0.0.1',
    udp: 'from 127.0.0.1',
  },
  { name: 'loopback', to: '127.0.0.1', tcp: 'from 127.0.0.1', udp: 'from 127.0.0.1' },
  { name: 'an own address', to: '10.0.0.2', tcp: 'from 10.0.0.2', udp: 'from 10.0.0.2' },
  {
    name: 'a blackhole route from a bound device, which takes it for on-link',
    to: '30.0.0.1',
    device: 'd0',
    tcp: 'from 10.0.0.2',
    udp: 'from 10.0.0.2',
  },
  {
    name: 'a prohibit rule from a bound device',
    to: '61.0.0.1',
    device: 'd0',
    tcp: 'from 10.0.0.2',
    udp: 'from 10.0.0.2',
  },
  {
    name: 'a neighbour from an address of nobody here',
    to: '10.0.0.9',
    source: '1.2.3.4',
    tcp: 'ENETUNREACH',
    udp: 'ENETUNREACH',
  },
  {
    name: 'a neighbour from loopback',
    to: '10.0.0.9',
    source: '127.0.0.1',
    tcp: 'EINVAL',
    udp: 'EINVAL',
  },
];

function connect(item: Connect, protocol: number): string {
  const key = { mark: 0, tos: 0, sport: 40000, dport: 80, uid: 0, anySource: false, protocol };
  const found = routeConnect(
    NETNS,
    {
      ...key,
      destination: address(item.to),
      source: item.source ? address(item.source) : null,
      oif: item.device ?? null,
    },
    NOTHING_UNKNOWN,
  );
  return found.kind === 'error' ? found.errno : `from ${formatAddress(found.source)}`;
}

test.each(CONNECTS.map((item) => [item.name, item] as const))('connect() to %s', (_, item) => {
  expect({ tcp: connect(item, PROTOCOL.tcp), udp: connect(item, PROTOCOL.udp) }).toEqual({
    tcp: item.tcp,
    udp: item.udp,
  });
});
