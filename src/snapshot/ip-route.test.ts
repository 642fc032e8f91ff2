import { expect, test } from 'vitest';
import type { Route } from '../kernel/routing/route.ts';
import { formatAddress } from '../packet/address.ts';
import { formatPrefix } from '../packet/prefix.ts';
import { parseIpRoute } from './ip-route.ts';

const one = (json: string, family: 4 | 6 = 4): Route => {
  const { value } = parseIpRoute(`[${json}]`, 'ip-route.json', family);
  const [route] = value;
  if (!route) throw new Error('no route');
  return route;
};

// As iproute2 6.1 printed them in a network namespace.
test('reads a route with metrics, tos and table', () => {
  const route = one(
    '{"type":"unicast","dst":"10.2.0.0/16","tos":"0x10","gateway":"10.1.1.9","dev":"d0","table":"100","protocol":"boot","scope":"global","metric":5,"flags":[],"metrics":[{"mtu":1400,"advmss":1300}]}',
  );
  expect(route).toMatchObject({
    type: 'unicast',
    table: '100',
    tos: 16,
    metric: 5,
    mtu: 1400,
    advmss: 1300,
    protocol: 'boot',
    scope: 'global',
  });
  expect(formatPrefix(route.destination)).toBe('10.2.0.0/16');
});

test('reads the nexthops of a multipath route', () => {
  const { nexthops } = one(
    '{"type":"unicast","dst":"10.3.0.0/16","table":"main","protocol":"boot","scope":"global","flags":[],"nexthops":[{"gateway":"10.1.1.9","dev":"d0","weight":2,"flags":[]},{"gateway":"10.1.1.8","dev":"d0","weight":1,"flags":["onlink","linkdown"]}]}',
  );
  expect(
    nexthops.map((h) => [h.gateway && formatAddress(h.gateway), h.weight, h.onlink, h.linkDown]),
  ).toEqual([
    ['10.1.1.9', 2, false, false],
    ['10.1.1.8', 1, true, true],
  ]);
});

test.each(['unreachable', 'blackhole', 'prohibit', 'throw'])(
  'reads %s without a nexthop',
  (type) => {
    const route = one(`{"type":"${type}","dst":"10.4.0.0/16","table":"main"}`);
    expect(route).toMatchObject({ type, nexthops: [] });
  },
);

test('takes what ip leaves out without -d', () => {
  expect(one('{"dst":"10.9.9.2","dev":"d0","flags":[]}')).toMatchObject({
    type: 'unicast',
    table: 'main',
    destination: { length: 32 },
    tos: 0,
    metric: 0,
  });
});

test.each([
  ['its gateway', '{"dst":"default","gateway":"fd00::1","dev":"e"}', 4, 6],
  ['its preference', '{"dst":"default","dev":"e","pref":"medium"}', 4, 6],
  ['its preferred source', '{"dst":"default","dev":"e","prefsrc":"10.0.0.1"}', 6, 4],
  ['a nexthop', '{"dst":"default","nexthops":[{"gateway":"10.0.0.1","dev":"e"}]}', 6, 4],
  ['the file', '{"dst":"default","dev":"e"}', 4, 4],
] as const)('tells the family of a default route by %s', (_name, json, file, family) => {
  expect(one(json, file).destination).toMatchObject({ address: { family }, length: 0 });
});

test('reads an IPv6 gateway of an IPv4 route', () => {
  const route = one('{"dst":"10.0.0.0/8","via":{"family":"inet6","host":"fe80::1"},"dev":"e"}');
  expect(route.destination.address.family).toBe(4);
  expect(route.nexthops[0]?.gateway?.family).toBe(6);
});

test('names an encapsulating route and keeps its own destination, not its tunnel end', () => {
  const { value, issues } = parseIpRoute(
    '[{"type":"unicast","dst":"10.14.0.0/16","encap":"ip","id":5,"src":"0.0.0.0","dst":"1.1.1.1","ttl":0,"tos":0,"dev":"d0","table":"main","protocol":"boot","scope":"link","flags":[]}]',
    'ip-route.json',
    4,
  );
  expect(value.map((r) => formatPrefix(r.destination))).toEqual(['10.14.0.0/16']);
  expect(value[0]?.unsupported).toEqual(['encap ip']);
  expect(issues.map((i) => i.code)).toEqual(['unsupported-construct']);
});

test('names a route it can not read and goes on', () => {
  const { value, issues } = parseIpRoute(
    '[{"dst":"10.0.0.0/40","dev":"e"},\n{"dst":"10.0.0.0/8","gateway":"x","dev":"e"},\n{},{"dst":"10.0.0.0/8","dev":"e"}]',
    'ip-route.json',
    4,
  );
  expect(value).toHaveLength(1);
  expect(issues).toMatchObject([
    { code: 'unreadable-record', severity: 'error', source: { line: 1 } },
    { code: 'unreadable-record', severity: 'error', source: { line: 2 } },
  ]);
});
