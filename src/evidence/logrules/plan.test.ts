import { expect, test } from 'vitest';
import { XT_TABLES } from '../../linux/priority.ts';
import { ipv4 } from '../../packet/address.ts';
import { LONGEST_PREFIX, logPrefix, planId } from './log-prefix.ts';
import { NFT_MOMENTS } from './moment.ts';
import { type LogSite, planLogRules } from './plan.ts';
import type { LogEnds } from './selector.ts';

const ENDS: LogEnds = {
  protocol: 'tcp',
  destination: { address: ipv4(0x0a600a02), port: 80 },
  endpoints: [{ address: ipv4(0x0af4020c), port: 8080 }],
  clients: [ipv4(0x0a270011)],
  clientPort: null,
  atClient: true,
};

const SITE: LogSite = {
  where: { node: 'n1', netns: null },
  role: 'client',
  backend: 'iptables-legacy',
  chains: null,
  logsOf: 'host',
};

const first = (site: LogSite, ends = ENDS) => {
  const [section] = planLogRules(ends, [site]).sections;
  if (!section) throw new Error('one site makes one section');
  return section;
};

test.each(NFT_MOMENTS)('the prefix for $table $hook fits the kernel', (moment) => {
  for (const direction of ['to', 'back'] as const) {
    expect(logPrefix('0000', moment, direction).length).toBeLessThanOrEqual(LONGEST_PREFIX);
  }
});

test('the same flow gets the same id, another one another', () => {
  expect(planId('a')).toMatch(/^\d{4}$/);
  const other = { ...ENDS, destination: { ...ENDS.destination, port: 81 } };
  const [a, b, c] = [ENDS, ENDS, other].map((ends) => planLogRules(ends, [SITE]).id);
  expect(a).toBe(b);
  expect(a).not.toBe(c);
});

test('every insertion has one deletion of the same words', () => {
  const { add, undo } = first(SITE);
  expect(undo.map((argv) => argv.map((word) => (word === '-D' ? '-I' : word)))).toEqual(add);
  expect(new Set(add.map((argv) => argv.join(' '))).size).toBe(add.length);
});

test('before the translation the client addresses the Service, after it both are looked for', () => {
  const texts = first(SITE).add.map((argv) => argv.join(' '));
  const at = (place: string) => texts.filter((text) => text.includes(`-t ${place} `));
  const toward = (place: string) => at(place).filter((text) => text.includes('> '));
  expect(toward('raw -I OUTPUT').map((text) => /-d (\S+)/.exec(text)?.[1])).toEqual(['10.96.10.2']);
  expect(toward('filter -I OUTPUT').map((text) => /-d (\S+)/.exec(text)?.[1])).toEqual([
    '10.96.10.2',
    '10.244.2.12',
  ]);
});

test('answers meet no nat table', () => {
  const nat = first(SITE).add.filter((argv) => argv.includes('nat'));
  expect(nat.length).toBeGreaterThan(0);
  expect(nat.filter((argv) => argv.at(-1)?.includes('<'))).toEqual([]);
});

test('on other nodes only the translated destination is looked for', () => {
  const texts = first({ ...SITE, role: 'other' }).add.map((argv) => argv.join(' '));
  expect(texts.filter((text) => text.includes('10.96.10.2'))).toEqual([]);
  expect(texts.length).toBeGreaterThan(0);
});

test('a chain that does not exist gets no rule and is named', () => {
  const section = first({ ...SITE, chains: new Set(['filter OUTPUT']) });
  expect(new Set(section.add.map((argv) => argv.slice(3, 6).join(' ')))).toEqual(
    new Set(['filter -I OUTPUT']),
  );
  expect(section.absent.length).toBe(13);
});

test('security is nobody’s table to log in', () => {
  expect(XT_TABLES).toContain('security');
  expect(first(SITE).add.filter((argv) => argv.includes('security'))).toEqual([]);
});

test('nft gets one table, which one command deletes', () => {
  const { add, undo, rules } = first({ ...SITE, backend: 'nft' });
  const { id } = planLogRules(ENDS, [SITE]);
  expect(undo).toEqual([['nft', `delete table ip hookline_${id}`]]);
  expect(add.filter(([, text]) => text?.startsWith('add rule')).length).toBe(rules);
});

test('IPv6 goes to ip6tables', () => {
  const six = { family: 6, bits: 1n } as const;
  const ends = { ...ENDS, destination: { address: six, port: 80 }, endpoints: [], clients: [] };
  expect(first(SITE, ends).add[0]?.[0]).toBe('ip6tables-legacy');
});
