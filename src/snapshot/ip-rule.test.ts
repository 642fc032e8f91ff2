import { expect, test } from 'vitest';
import { formatPrefix } from '../packet/prefix.ts';
import { parseIpRule } from './ip-rule.ts';

// As iproute2 6.1 printed them in a network namespace.
const RULES = `[{"priority":0,"src":"all","table":"local"},
{"priority":100,"not":null,"src":"10.1.0.0","srclen":16,"dst":"10.2.0.0","dstlen":16,"fwmark":"0x10","fwmask":"0xf0","iif":"d0","iif_detached":null,"table":"100"},
{"priority":101,"src":"all","tos":"0x10","oif":"d0","oif_detached":null,"action":"unreachable"},
{"priority":102,"src":"all","ipproto":"tcp","sport":80,"dport_start":100,"dport_end":200,"goto":32766},
{"priority":103,"src":"all","uid_start":0,"uid_end":99,"table":"100"},
{"priority":104,"src":"all","table":"main","suppress_prefixlen":0},
{"priority":105,"src":"all","l3mdev":null},
{"priority":106,"src":"all","nop":null},
{"priority":109,"src":"all","fwmark":"0x5","action":"prohibit"},
{"priority":110,"src":"10.1.1.1","tun_id":5,"table":"5","suppress_ifgroup":"3"},
{"priority":111,"src":"all","dscp":"EF","table":"5"},
{"priority":112,"src":"all","table":"5","suppress_ifgroup":"uplinks"},
{"priority":32767,"src":"all","table":"253"}]`;

test('reads every selector and action', () => {
  const { value } = parseIpRule(RULES, 'ip-rule.json');
  const by = (priority: number) => value.find((rule) => rule.priority === priority);
  expect(by(0)).toMatchObject({ source: null, action: { kind: 'table', table: 'local' } });
  const rule = by(100);
  expect(rule).toMatchObject({
    not: true,
    fwmark: { value: 0x10, mask: 0xf0 },
    iif: 'd0',
    action: { kind: 'table', table: '100', suppressPrefixLength: null, suppressGroup: null },
    line: { file: 'ip-rule.json', line: 2 },
  });
  expect(rule?.source && formatPrefix(rule.source)).toBe('10.1.0.0/16');
  expect(rule?.destination && formatPrefix(rule.destination)).toBe('10.2.0.0/16');
  expect(by(101)).toMatchObject({ tos: 16, oif: 'd0', action: { kind: 'unreachable' } });
  expect(by(102)).toMatchObject({
    protocol: 6,
    sport: { first: 80, last: 80 },
    dport: { first: 100, last: 200 },
    action: { kind: 'goto', priority: 32766 },
  });
  expect(by(103)?.uidRange).toEqual({ first: 0, last: 99 });
  expect(by(104)?.action).toMatchObject({ suppressPrefixLength: 0 });
  expect(by(106)?.action).toEqual({ kind: 'nop' });
  expect(by(110)).toMatchObject({ tunnelId: 5, action: { suppressGroup: 3 } });
  expect(by(111)?.dscp).toBe(46);
  expect(by(109)).toMatchObject({ fwmark: { mask: 0xffffffff }, action: { kind: 'prohibit' } });
  expect(by(32767)?.action).toMatchObject({ table: 'default' });
});

test('names selectors that are not modelled', () => {
  const { value, issues } = parseIpRule(RULES, 'f');
  expect(
    value.filter((r) => r.unsupported.length > 0).map((r) => [r.priority, r.unsupported]),
  ).toEqual([
    [105, ['l3mdev']],
    [112, ['suppress_ifgroup uplinks']],
  ]);
  expect(issues.map((i) => [i.code, i.source.line])).toEqual([
    ['unsupported-construct', 7],
    ['unsupported-construct', 12],
  ]);
});

test.each([
  '{"src":"all","table":"main"}',
  '{"priority":1,"src":"banana","table":"main"}',
  '{"priority":1,"src":"10.0.0.0","srclen":99,"table":"main"}',
  '{"priority":1,"src":"all","fwmark":"x","table":"main"}',
  '{"priority":1,"src":"all"}',
])('does not guess the rule %s', (json) => {
  const { value, issues } = parseIpRule(`[${json}]`, 'f');
  expect(value).toEqual([]);
  expect(issues.map((i) => i.code)).toEqual(['unreadable-record']);
});
