import { describe, expect, test } from 'vitest';
import { endsOf, type Listing, type Sent } from './evaluate.ts';
import {
  ACCEPT,
  concat,
  ct,
  DADDR,
  DPORT,
  DROP,
  goto,
  jump,
  L4PROTO,
  MARK,
  mangle,
  map,
  match,
  meta,
  payload,
  prefix,
  RETURN,
  range,
  SADDR,
  set,
  TH_DPORT,
  vmap,
} from './json-forms.ts';

/** From the text of a listing to what becomes of a packet. */
type Row = readonly [name: string, rules: Listing['rules'], sent: Sent, ends: readonly string[]];

const drops = (...matches: readonly unknown[]): Listing['rules'] => [[...matches, DROP]];

const MATCHES: readonly Row[] = [
  [
    'a prefix holds its last address',
    drops(match(SADDR, prefix('10.0.0.0', 30))),
    { from: '10.0.0.3' },
    ['drop'],
  ],
  [
    'a prefix does not hold the next address',
    drops(match(SADDR, prefix('10.0.0.0', 30))),
    { from: '10.0.0.4' },
    ['accept'],
  ],
  [
    'a range of ports holds both its ends',
    drops(match(DPORT, range(80, 90))),
    { dport: 90 },
    ['drop'],
  ],
  [
    'a TCP port does not match a UDP packet',
    drops(match(DPORT, 80)),
    { protocol: 'udp' },
    ['accept'],
  ],
  [
    'a negated TCP port does not match a UDP packet either',
    drops(match(DPORT, 80, '!=')),
    { protocol: 'udp', dport: 81 },
    ['accept'],
  ],
  [
    'th dport reads the port of any protocol',
    drops(match(TH_DPORT, 80)),
    { protocol: 'udp' },
    ['drop'],
  ],
  [
    'a masked mark',
    drops(match({ '&': [MARK, 0x4000] }, 0x4000)),
    { mark: 0xc001 },
    ['drop mark 49153'],
  ],
  [
    'a masked mark that is not zero',
    drops(match({ '&': [MARK, 0x4000] }, 0, '!=')),
    { mark: 1 },
    ['accept mark 1'],
  ],
  [
    'a masked address',
    drops(match({ '&': [SADDR, '255.0.0.255'] }, '10.0.0.1')),
    { from: '10.9.9.1' },
    ['drop'],
  ],
  [
    'SYN alone of four flags',
    drops(match({ '&': [payload('tcp', 'flags'), ['fin', 'syn', 'rst', 'ack']] }, 'syn')),
    {},
    ['drop'],
  ],
  [
    'one of several flags',
    drops(match(payload('tcp', 'flags'), ['syn', 'rst'], 'in')),
    { ack: true },
    ['accept'],
  ],
  [
    'none of several flags',
    drops(match(payload('tcp', 'flags'), ['syn', 'rst'], '!')),
    { ack: true },
    ['drop'],
  ],
  ['less than', drops(match(payload('ip', 'ttl'), 5, '<')), { ttl: 4 }, ['drop']],
  ['not less than itself', drops(match(payload('ip', 'ttl'), 5, '<')), { ttl: 5 }, ['accept']],
  ['an interface by its start', drops(match(meta('iifname'), 'eth*')), { iif: 'eth12' }, ['drop']],
  [
    'an interface whose name has a star',
    drops(match(meta('iifname'), 'eth\\*')),
    { iif: 'eth0' },
    ['accept'],
  ],
  ['the family in an inet table', drops(match(meta('nfproto'), 'ipv6')), {}, ['accept']],
  [
    'an ICMP type',
    drops(match(payload('icmp', 'type'), 'echo-request')),
    { protocol: 'icmp' },
    ['drop'],
  ],
  [
    'the state of a packet that conntrack did not see is invalid',
    drops(match(ct('state'), 'invalid', 'in')),
    {},
    ['drop'],
  ],
  [
    'the state of an untracked packet',
    drops(match(ct('state'), ['new', 'untracked'], 'in')),
    { skb: { ct: { kind: 'untracked' } } },
    ['drop'],
  ],
  [
    'the mark of a connection that is not there ends the rule',
    drops(match(ct('mark'), 5, '!=')),
    {},
    ['accept'],
  ],
  ['a set holds a range', drops(match(DPORT, set(22, range(80, 90)))), { dport: 85 }, ['drop']],
  [
    'a set that does not hold',
    drops(match(DPORT, set(22, range(80, 90)))),
    { dport: 91 },
    ['accept'],
  ],
  ['a negated set', drops(match(DPORT, set(22, 443), '!=')), { dport: 80 }, ['drop']],
  [
    'a concatenation in a set',
    drops(match(concat(SADDR, DPORT), set(concat('10.0.0.1', 80), concat('10.0.0.9', 81)))),
    {},
    ['drop'],
  ],
  [
    'a concatenation whose parts are of two elements',
    drops(match(concat(SADDR, DPORT), set(concat('10.0.0.1', 81), concat('10.0.0.9', 80)))),
    {},
    ['accept'],
  ],
  [
    'intervals in a concatenation',
    drops(match(concat(SADDR, DPORT), set(concat(prefix('10.0.0.0', 24), range(80, 90))))),
    { dport: 88 },
    ['drop'],
  ],
];

const CHOICES: readonly Row[] = [
  [
    'numgen in a verdict map follows each number',
    [[vmap({ numgen: { mode: 'random', mod: 2, offset: 0 } }, set([0, DROP], [1, ACCEPT]))]],
    {},
    ['drop', 'accept'],
  ],
  [
    'a number that the map lacks goes on',
    [[vmap({ numgen: { mode: 'inc', mod: 2, offset: 0 } }, set([0, DROP]))]],
    {},
    ['drop', 'accept'],
  ],
  [
    'numgen compared with a number',
    drops(match({ numgen: { mode: 'random', mod: 3, offset: 0 } }, 2, '<')),
    {},
    ['drop', 'accept'],
  ],
  [
    'numgen that must be less',
    drops(match({ numgen: { mode: 'random', mod: 3, offset: 5 } }, 8, '<')),
    {},
    ['drop'],
  ],
  [
    'jhash follows each result',
    [[mangle(MARK, { jhash: { mod: 2, offset: 4, expr: SADDR } })]],
    {},
    ['accept mark 4', 'accept mark 5'],
  ],
  [
    'a limit is taken as not exceeded',
    [[{ limit: { rate: 10, burst: 5, per: 'second' } }, DROP]],
    {},
    ['drop'],
  ],
  [
    'an exceeded limit is not expected',
    [[{ limit: { rate: 10, burst: 5, per: 'second', inv: true } }, DROP]],
    {},
    ['accept'],
  ],
  [
    'a used up quota',
    [[{ quota: { val: 1, val_unit: 'kbytes', used: 2, used_unit: 'kbytes', inv: true } }, DROP]],
    {},
    ['drop'],
  ],
  [
    'an unknown socket mark follows both answers',
    drops(match({ socket: { key: 'mark' } }, 1)),
    {},
    ['drop', 'accept'],
  ],
];

const CHANGES: readonly Row[] = [
  ['a mark is set', [[mangle(MARK, 5)]], {}, ['accept mark 5']],
  [
    'a bit is added to a mark',
    [[mangle(MARK, { '|': [MARK, 0x4000] })]],
    { mark: 1 },
    ['accept mark 16385'],
  ],
  [
    'and and xor, as kube-proxy clears its mark',
    [[mangle(MARK, { '^': [{ '&': [MARK, 0xffffff0f] }, 5] })]],
    { mark: 0xf1 },
    ['accept mark 4'],
  ],
  [
    'a mark by a map',
    [[mangle(MARK, map(SADDR, set(['10.0.0.1', 7], ['10.0.0.9', 8])))]],
    {},
    ['accept mark 7'],
  ],
  [
    'an address that the map lacks ends the rule',
    [[mangle(MARK, map(SADDR, set(['10.0.0.9', 8]))), DROP]],
    {},
    ['accept'],
  ],
  [
    'what a rule did before its match failed stays',
    [[mangle(MARK, 3), match(DPORT, 81), DROP]],
    {},
    ['accept mark 3'],
  ],
  [
    'a statement that is not modelled is named and not taken as a match',
    [[mangle(payload('ip', 'checksum'), 5)]],
    {},
    ['accept (nft statement ip checksum set)'],
  ],
];

const ENDS: readonly Row[] = [
  ['accept is not overruled by a later rule', [[ACCEPT], [DROP]], {}, ['accept']],
  [
    'reject in an IPv4 table',
    [[{ reject: { type: 'icmp', expr: 'host-unreachable' } }]],
    {},
    ['reject icmp-host-unreachable'],
  ],
  ['a reset of TCP', [[{ reject: { type: 'tcp reset' } }]], {}, ['reject tcp-reset']],
  [
    'a reset does not concern UDP',
    [[{ reject: { type: 'tcp reset' } }]],
    { protocol: 'udp' },
    ['accept'],
  ],
  [
    'a code of IPv6 does not concern IPv4',
    [[{ reject: { type: 'icmpv6', expr: 'no-route' } }]],
    {},
    ['accept'],
  ],
  [
    'a port-unreachable of either family',
    [[{ reject: { type: 'icmpx', expr: 'port-unreachable' } }]],
    {},
    ['reject icmp-port-unreachable'],
  ],
  ['masquerade', [[{ masquerade: { flags: 'fully-random' } }]], {}, ['masquerade']],
  [
    'masquerade to ports',
    [[{ masquerade: { port: range(1024, 2048) } }]],
    {},
    ['masquerade :1024-2048'],
  ],
  ['redirect to a port', [[{ redirect: { port: 8080 } }]], {}, ['redirect :8080-8080']],
  [
    'dnat to an address and a port',
    [[{ dnat: { addr: '10.9.9.9', port: 8080 } }]],
    {},
    ['dnat 10.9.9.9-10.9.9.9 :8080-8080'],
  ],
  [
    'dnat to ranges',
    [[{ dnat: { addr: range('10.9.9.1', '10.9.9.9'), port: range(80, 90) } }]],
    {},
    ['dnat 10.9.9.1-10.9.9.9 :80-90'],
  ],
  [
    'dnat of the other family passes by',
    [[{ dnat: { family: 'ip6', addr: 'fd00::1' } }]],
    {},
    ['accept'],
  ],
  [
    'dnat to a map',
    [[{ dnat: { addr: map(DADDR, set(['10.0.0.2', '10.9.9.9'])) } }]],
    {},
    ['dnat 10.9.9.9-10.9.9.9'],
  ],
  [
    'dnat to a map that lacks the key',
    [[{ dnat: { addr: map(DADDR, set(['10.0.0.3', '10.9.9.9'])) } }]],
    {},
    ['accept'],
  ],
  [
    'dnat to a random element with its port',
    [
      [
        {
          dnat: {
            family: 'ip',
            addr: map(
              { numgen: { mode: 'random', mod: 2, offset: 0 } },
              set([0, concat('10.9.9.1', 81)], [1, concat('10.9.9.2', 82)]),
            ),
          },
        },
      ],
    ],
    {},
    ['dnat 10.9.9.1-10.9.9.1 :81-81', 'dnat 10.9.9.2-10.9.9.2 :82-82'],
  ],
  [
    'snat with prefixes keeps the host part',
    [
      [
        {
          snat: {
            addr: map(SADDR, set([prefix('10.0.0.0', 24), prefix('10.2.0.0', 24)])),
            flags: 'netmap',
            type_flags: 'prefix',
          },
        },
      ],
    ],
    {},
    ['netmap-src 10.2.0.0-10.2.0.255'],
  ],
  [
    'a queue takes the packet away',
    [[{ queue: { num: 3 } }]],
    {},
    ['stolen (nft statement queue)'],
  ],
];

describe.each([
  ['matches', MATCHES],
  ['choices', CHOICES],
  ['changes', CHANGES],
  ['ends', ENDS],
])('%s', (_, rows) => {
  test.each(rows)('%s', (_name, rules, sent, ends) => {
    const family = JSON.stringify(rules).includes('nfproto') ? 'inet' : 'ip';
    expect(endsOf({ family, rules }, sent)).toEqual(ends);
  });
});

/** A verdict map, a set with intervals, a catch-all and a NAT map, declared by the table. */
const DECLARED: Listing['objects'] = [
  { chain: { name: 'web', handle: 10 } },
  { chain: { name: 'back', handle: 11 } },
  { rule: { chain: 'web', handle: 20, expr: [mangle(MARK, 7)] } },
  { rule: { chain: 'back', handle: 21, expr: [RETURN] } },
  {
    map: {
      name: 'services',
      handle: 12,
      type: ['ipv4_addr', 'inet_proto', 'inet_service'],
      map: 'verdict',
      elem: [
        [concat('10.0.0.2', 'tcp', 80), goto('web')],
        [{ elem: { val: concat('10.0.0.2', 'udp', 53), comment: 'dns' } }, DROP],
      ],
    },
  },
  {
    set: {
      name: 'nets',
      handle: 13,
      type: 'ipv4_addr',
      flags: ['interval'],
      elem: [prefix('10.0.0.0', 24), range('10.1.0.5', '10.1.0.9'), '10.2.0.1'],
    },
  },
  {
    map: {
      name: 'ends',
      handle: 14,
      type: 'inet_service',
      map: 'verdict',
      elem: [
        [22, ACCEPT],
        ['*', DROP],
      ],
    },
  },
  {
    map: {
      name: 'nat',
      handle: 15,
      type: 'inet_service',
      map: 'ipv4_addr . inet_service',
      elem: [[80, concat('10.9.9.9', 8080)]],
    },
  },
];

const SERVICE = vmap(concat(DADDR, L4PROTO, TH_DPORT), '@services');

test.each<Row>([
  ['goto a chain: after it comes the policy', [[SERVICE], [DROP]], {}, ['accept mark 7']],
  ['an element with a comment', [[SERVICE]], { protocol: 'udp', dport: 53 }, ['drop']],
  ['a key that the map lacks: the next rule', [[SERVICE], [DROP]], { dport: 81 }, ['drop']],
  ['jump to a chain: after it comes the next rule', [[jump('web')], [DROP]], {}, ['drop mark 7']],
  ['return comes back to the next rule', [[jump('back')], [DROP]], {}, ['drop']],
  ['return in the base chain gives the policy', [[RETURN], [DROP]], {}, ['accept']],
  ['a declared prefix', drops(match(SADDR, '@nets')), { from: '10.0.0.255' }, ['drop']],
  ['a declared range', drops(match(SADDR, '@nets')), { from: '10.1.0.9' }, ['drop']],
  ['just after a declared range', drops(match(SADDR, '@nets')), { from: '10.1.0.10' }, ['accept']],
  ['a declared address', drops(match(SADDR, '@nets')), { from: '10.2.0.1' }, ['drop']],
  [
    'a key of its own comes before the catch-all',
    [[vmap(DPORT, '@ends')]],
    { dport: 22 },
    ['accept'],
  ],
  ['every other key is the catch-all', [[vmap(DPORT, '@ends')]], { dport: 23 }, ['drop']],
  [
    'dnat by a declared map of addresses and ports',
    [[{ dnat: { family: 'ip', addr: map(DPORT, '@nat') } }]],
    {},
    ['dnat 10.9.9.9-10.9.9.9 :8080-8080'],
  ],
  [
    'an element that a rule added is found by the next rule',
    [[{ set: { op: 'add', elem: SADDR, set: '@nets' } }], [match(SADDR, '@nets'), DROP]],
    { from: '10.7.0.1' },
    ['drop'],
  ],
])('declared sets: %s', (_name, rules, sent, ends) => {
  expect(endsOf({ rules, objects: DECLARED }, sent)).toEqual(ends);
});

test('the policy drops what no rule decides', () => {
  expect(endsOf({ rules: [[match(DPORT, 81), ACCEPT]], policy: 'drop' })).toEqual(['drop']);
});
