import { describe, expect, test } from 'vitest';
import { type Link, snapshotOf, traced, way } from './hand-written.ts';

/**
 * VLANs, bonds and dummies, which the kernel of the tests cannot make: what `ip -d -j link` prints of them is
 * written by its documentation, and what they do by the kernel's. docs/support-matrix.md says so.
 */

const vlan = (id: number, link = 'eth0') => ({
  link,
  linkinfo: { info_kind: 'vlan', info_data: { protocol: '802.1Q', id, flags: ['REORDER_HDR'] } },
});
const bond = (mode: string, active?: string) => ({
  linkinfo: {
    info_kind: 'bond',
    info_data: { mode, ...(active === undefined ? {} : { active_slave: active }) },
  },
});
const slave = (master: string) => ({
  master,
  linkinfo: { info_slave_kind: 'bond', info_slave_data: { state: 'ACTIVE' } },
});

const EDGE = ['n1 eth0', 'n2 eth0'];
const card = { name: 'eth0', index: 2 };

describe('a VLAN', () => {
  const own = (address: string, id = 5): readonly Link[] => [
    card,
    { name: `eth0.${id}`, index: 3, address, extra: vlan(id) },
  ];

  test('carries its frames by the card below', () => {
    const outcome = traced(snapshotOf(own('10.5.0.1'), own('10.5.0.2'), EDGE), '10.5.0.2');
    expect(outcome?.client).toBe('connected');
    expect(way(outcome)).toBe('n1 eth0.5 > n1 eth0 > n2 eth0 > n2 eth0.5');
  });

  test('of another number hears nothing', () => {
    const outcome = traced(snapshotOf(own('10.5.0.1'), own('10.5.0.2', 6), EDGE), '10.5.0.2');
    expect([outcome?.client, outcome?.packets[0]?.dropReason]).toEqual([
      'unreachable',
      'NEIGH_FAILED',
    ]);
  });

  test('answers with its tag, also who asked without, and is not heard', () => {
    const plain = [{ ...card, address: '10.5.0.1' }];
    const outcome = traced(snapshotOf(plain, own('10.5.0.2'), EDGE), '10.5.0.2');
    expect(outcome?.packets.slice(0, 2).map(({ kind, dropReason }) => [kind, dropReason])).toEqual([
      ['syn', null],
      ['syn-ack', 'NEIGH_FAILED'],
    ]);
  });

  test('whose card is not in the snapshot is named', () => {
    const lost = { ...vlan(5), link: undefined, link_index: 9 };
    const links = [card, { name: 'eth0.5', index: 3, address: '10.5.0.1', extra: lost }];
    const outcome = traced(snapshotOf(links, own('10.5.0.2'), EDGE), '10.5.0.2');
    expect(outcome?.client).not.toBe('connected');
  });
});

describe('a bond', () => {
  const own = (address: string, mode: string, active?: string): readonly Link[] => [
    { ...card, extra: slave('bond0') },
    { name: 'eth1', index: 3, extra: slave('bond0') },
    { name: 'bond0', index: 4, address, extra: bond(mode, active) },
  ];
  const members = ['n1 eth0', 'n2 eth0'];

  test('sends and receives by its active port', () => {
    const snapshot = snapshotOf(
      own('10.6.0.1', 'active-backup', 'eth0'),
      own('10.6.0.2', 'active-backup', 'eth0'),
      members,
    );
    const outcome = traced(snapshot, '10.6.0.2');
    expect(outcome?.client).toBe('connected');
    expect(way(outcome)).toBe('n1 bond0 > n1 eth0 > n2 eth0 > n2 bond0');
  });

  test('does not reach what is behind the port that stands by', () => {
    const snapshot = snapshotOf(
      own('10.6.0.1', 'active-backup', 'eth1'),
      own('10.6.0.2', 'active-backup', 'eth0'),
      members,
    );
    expect(traced(snapshot, '10.6.0.2')?.client).not.toBe('connected');
  });
});

test('a dummy device keeps nothing', () => {
  const dummy = {
    linkinfo: { info_kind: 'dummy' },
    flags: ['BROADCAST', 'NOARP', 'UP', 'LOWER_UP'],
  };
  const links = [card, { name: 'd0', index: 3, address: '10.7.0.1', extra: dummy }];
  const outcome = traced(snapshotOf(links, [card], EDGE), '10.7.0.9');
  expect([outcome?.client, outcome?.packets[0]?.steps.at(-1)?.action]).toEqual([
    'timeout',
    { kind: 'drop', reason: 'NOT_SPECIFIED', at: 'dummy d0' },
  ]);
});
