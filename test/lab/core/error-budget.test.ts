import { describe, expect, it } from 'vitest';
import type { ObservedPacket } from '../../../src/evidence/observation.ts';
import { ErrorBudget } from '../../../src/lab/host/error-budget.ts';
import type { FlowReport, Sighting } from '../../../src/lab/report.ts';
import { ipv4 } from '../../../src/packet/address.ts';

const CLIENT = 0x0a00_0001;

function seen(milliseconds: number, destination: number, code: number | null): Sighting {
  const icmp = code === null ? null : { type: 3, code };
  const packet = { destination: ipv4(destination), icmp } as ObservedPacket;
  return { time: milliseconds * 1e6, packet } as Sighting;
}

function report(errno: string | null, sightings: readonly Sighting[] = []): FlowReport {
  const local = { address: '10.0.0.1', port: 1 };
  return {
    id: 'x',
    client: { outcome: 'unreachable', errno, local, answer: null },
    sightings,
    visits: [],
    drops: [],
    rules: [],
    conntrack: {},
    counters: {},
    blind: [],
  };
}

const REFUSED = [seen(0, 0x0a07_0001, null), seen(0.1, CLIENT, 0)];
const NO_NEIGHBOUR = [seen(0, 0x0a07_0001, null), seen(60, CLIENT, 1)];

describe('the ICMP errors that a router has left for a source', () => {
  it.each<[what: string, one: FlowReport, asked: boolean, waits: boolean]>([
    ['captures show that a route refused', report('ENETUNREACH', REFUSED), false, true],
    ['a refusal did not reach the client', report(null, REFUSED), false, true],
    ['captures show that no neighbour answered', report('EHOSTUNREACH', NO_NEIGHBOUR), true, false],
    ['the client was told, without captures', report('ENETUNREACH'), false, true],
    ['a neighbour was asked for, without captures', report('EHOSTUNREACH'), true, false],
    ['a port was closed', report('ECONNREFUSED', [seen(0, CLIENT, 3)]), false, false],
    ['nobody said a thing', report(null), false, false],
  ])('are spent, or not, when %s', (_what, one, asked, waits) => {
    const budget = new ErrorBudget();
    for (let i = 0; i < 4; i++) budget.count(one, asked, 100);
    expect(budget.wait(100)).toBe(0);
    budget.count(one, asked, 100);
    expect(budget.wait(100) > 0).toBe(waits);
  });

  it('come back, one a second', () => {
    const budget = new ErrorBudget();
    for (let i = 0; i < 5; i++) budget.count(report('ENETUNREACH'), false, 100);
    expect(budget.wait(100.5)).toBeCloseTo(0.55);
    expect(budget.wait(101.1)).toBe(0);
    budget.count(report('ENETUNREACH'), false, 101.1);
    expect(budget.wait(101.1)).toBeCloseTo(0.95);
  });
});
