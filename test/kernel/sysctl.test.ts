import { describe, expect, test } from 'vitest';
import type { Question } from '../../src/kernel/decide.ts';
import {
  acceptLocal,
  forwardingEnabled,
  routeLocalnet,
  rpFilterKnown,
  rpFilterMode,
  sendRedirects,
  srcValidMark,
} from '../../src/kernel/sysctl-lookup.ts';
import { NOTHING_UNKNOWN, netnsOf } from './netns.ts';

const conf = (all: number | null, own: number | null, name: string): Record<string, string> => ({
  ...(all === null ? {} : { [`net.ipv4.conf.all.${name}`]: String(all) }),
  ...(own === null ? {} : { [`net.ipv4.conf.d0.${name}`]: String(own) }),
});

test.each([0, 1, 2].flatMap((all) => [0, 1, 2].map((own) => [all, own] as const)))(
  'rp_filter all=%i own=%i: the greater one',
  (all, own) => {
    const netns = netnsOf({ sysctls: conf(all, own, 'rp_filter') });
    expect(rpFilterMode(netns, 'd0', NOTHING_UNKNOWN)).toBe(Math.max(all, own));
  },
);

describe.each([
  ['accept_local', acceptLocal],
  ['route_localnet', routeLocalnet],
  ['src_valid_mark', srcValidMark],
  ['send_redirects', sendRedirects],
] as const)('%s', (name, read) => {
  test.each([
    [0, 0, false],
    [0, 1, true],
    [1, 0, true],
    [1, 1, true],
  ] as const)('all=%i own=%i: %s', (all, own, expected) => {
    const netns = netnsOf({ sysctls: conf(all, own, name) });
    expect(read(netns, 'd0', NOTHING_UNKNOWN)).toBe(expected);
  });
});

test.each([
  [0, 1, true],
  [1, 0, false],
] as const)('forwarding all=%i own=%i: only the own value counts, %s', (all, own, expected) => {
  const netns = netnsOf({ sysctls: conf(all, own, 'forwarding') });
  expect(forwardingEnabled(netns, 'd0', NOTHING_UNKNOWN)).toBe(expected);
});

test('a device with a dot in its name has a slash in its key', () => {
  const netns = netnsOf({
    sysctls: { 'net.ipv4.conf.all.rp_filter': '0', 'net.ipv4.conf.eth0/5.rp_filter': '1' },
  });
  expect(rpFilterMode(netns, 'eth0.5', NOTHING_UNKNOWN)).toBe(1);
});

test.each([
  ['loose for all is enough', 2, null, true],
  ['strict for all is not: the device may be loose', 1, null, false],
  ['loose for the device is enough', null, 2, true],
  ['strict for the device is not', null, 1, false],
  ['both are', 0, 1, true],
] as const)('rp_filter is known: %s', (_, all, own, expected) => {
  const netns = netnsOf({ sysctls: conf(all, own, 'rp_filter'), sysctlsComplete: false });
  expect(rpFilterKnown(netns, 'd0')).toBe(expected);
});

test.each([
  ['the kernel default comes first', {}, '0'],
  ['a new device copies conf.default', { 'net.ipv4.conf.default.rp_filter': '1' }, '1'],
] as const)('an unknown value is asked for: %s', (_, sysctls, expected) => {
  const asked: Question[] = [];
  const netns = netnsOf({ sysctls, sysctlsComplete: false });
  const mode = rpFilterMode(netns, 'd0', {
    decide(question) {
      asked.push(question);
      const [first] = question.options;
      if (!first) throw new Error('no options');
      return first;
    },
  });
  expect(asked.map(({ subject }) => subject)).toEqual(['net.ipv4.conf.d0.rp_filter']);
  expect(asked[0]?.options.map(({ value }) => value).toSorted()).toEqual(['0', '1', '2']);
  expect(mode).toBe(Number(expected));
});
