import { expect, test } from 'vitest';
import { freshSkb } from '../../src/kernel/answer.ts';
import { explainNft } from '../../src/kernel/netfilter/explain/explain-nft.ts';
import { type FieldCheck, firstFailed } from '../../src/kernel/netfilter/explain/field-check.ts';
import { evaluateBaseChain } from '../../src/kernel/netfilter/nft/evaluate.ts';
import type { Run } from '../../src/kernel/run.ts';
import { ipv4 } from '../../src/packet/address.ts';
import { PROTOCOL } from '../../src/packet/protocol.ts';
import { startRun } from '../../src/trace/run-record.ts';
import { netnsOf } from '../kernel/netns.ts';
import { tableOf } from './evaluate.ts';
import {
  concat,
  ct,
  DADDR,
  DPORT,
  DROP,
  L4PROTO,
  MARK,
  match,
  meta,
  payload,
  prefix,
  range,
  SADDR,
  set,
  vmap,
} from './json-forms.ts';

/** 10.0.0.1:40000 -> 10.0.0.2:80, a SYN that came in by eth0. */
const SYN = freshSkb({
  source: ipv4(0x0a000001),
  destination: ipv4(0x0a000002),
  protocol: PROTOCOL.tcp,
  ttl: 64,
  tos: 0,
  length: 60,
  dontFragment: false,
  transport: { kind: 'tcp', sport: 40000, dport: 80, flags: { syn: true } },
});

const NETNS = netnsOf({ addresses: { eth0: ['10.0.0.2/24'] } });

function explain(rule: readonly unknown[]): readonly FieldCheck[] {
  const table = tableOf({ rules: [[...rule, DROP]] });
  const [base] = table.baseChains;
  if (!base) throw new Error('no base chain');
  const record = startRun(({ options }) => {
    const [option] = options;
    if (!option) throw new Error('a question without options');
    return { option, followed: 1 };
  });
  const told: (readonly FieldCheck[])[] = [];
  const run: Run = {
    ...record,
    watch: {
      watches: () => true,
      xt: () => {},
      nft: (evaluation) => told.push(explainNft(evaluation)),
    },
  };
  const context = {
    netns: NETNS,
    hook: 'input',
    iif: 'eth0',
    oif: '',
    decider: record.decider,
    localSocket: null,
  } as const;
  const { verdict } = evaluateBaseChain(table, base, { context, skb: SYN }, run);
  const [checks] = told;
  if (!checks || told.length !== 1) throw new Error('a rule is told once');
  expect(firstFailed(checks) === null).toBe(verdict.kind === 'drop');
  return checks;
}

test.each<[name: string, rule: readonly unknown[], text: string, had: string]>([
  ['an address', [match(DADDR, '10.9.9.9')], 'ip daddr 10.9.9.9', '10.0.0.2'],
  [
    'a prefix',
    [match(SADDR, prefix('10.9.0.0', 16))],
    'ip saddr 10.9.0.0-10.9.255.255',
    '10.0.0.1',
  ],
  ['what must not be', [match(DPORT, 80, '!=')], 'tcp dport != 80', '80'],
  ['a range', [match(DPORT, range(8000, 9000))], 'tcp dport 8000-9000', '80'],
  ['a mark', [match(MARK, 0x4000)], 'meta mark 0x4000', '0x0'],
  ['a device', [match(meta('iifname'), 'cni0')], 'iifname "cni0"', '"eth0"'],
  ['a protocol', [match(L4PROTO, 'udp')], 'meta l4proto udp', 'tcp'],
  ['a set that lacks it', [match(DPORT, set(53, 443))], 'tcp dport { 53, 443 }', '80'],
  [
    'a set of pairs',
    [match(concat(DADDR, DPORT), set(concat('10.0.0.2', 443)))],
    'ip daddr . tcp dport { 10.0.0.2 . 443 }',
    '10.0.0.2 . 80',
  ],
  [
    'a verdict map',
    [vmap(DADDR, set(['10.9.9.9', { accept: null }]))],
    'ip daddr vmap { 10.9.9.9 }',
    '10.0.0.2',
  ],
  [
    'a field that the packet has not',
    [match(payload('udp', 'dport'), 53)],
    'udp dport 53',
    'no such field in this packet',
  ],
  ['the first of several', [match(SADDR, '10.0.0.1'), match(DPORT, 81)], 'tcp dport 81', '80'],
  ['a state', [match(ct('state'), 'established', 'in')], 'ct state established', 'invalid'],
])('the first thing that fails, of %s', (_name, rule, text, had) => {
  expect(firstFailed(explain(rule))).toMatchObject({ text, had, result: 'no' });
});

test('what stands behind the first failure was not asked', () => {
  const checks = explain([match(SADDR, '10.9.9.9'), match(DPORT, 80)]);
  expect(checks.map(({ result }) => result)).toEqual(['no', 'not-asked']);
});

test('a rule that matches has no failure', () => {
  const checks = explain([match(SADDR, '10.0.0.1'), match(DPORT, 80)]);
  expect(checks.map(({ result, had }) => [result, had])).toEqual([
    ['yes', '10.0.0.1'],
    ['yes', '80'],
  ]);
});
