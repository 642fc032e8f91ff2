import { describe, expect, it } from 'vitest';
import { buildEvidence } from '../../src/evidence/build-evidence.ts';
import type { JourneyComparison } from '../../src/evidence/compare/align.ts';
import { compareFlowClasses } from '../../src/evidence/compare/compare-flows.ts';
import { readEvidenceText } from '../../src/evidence/text/read-text.ts';
import { captureLine, logLine } from './log-line.ts';

/** `output nat: oif eth0|flannel0`, one line for each step. */
function shown({ steps }: JourneyComparison): string[] {
  return steps.map((step) => {
    const { hook, table, device } = step.place;
    const name = hook === null ? (device ?? 'capture') : `${hook} ${table}`;
    const fields = step.differences.map(({ field, a, b }) => `${field} ${a}|${b}`).join(', ');
    const absent = step.absent
      ? `not ${step.absent.flow}${step.absent.watched ? ', watched' : ''}`
      : '';
    return `${name}: ${fields}${absent}`.trim();
  });
}

function compare(text: string) {
  const evidence = buildEvidence([readEvidenceText(text, 'case.txt')]);
  expect(evidence.flowClasses).toHaveLength(2);
  return compareFlowClasses(0, 1, evidence);
}

const WORKING = { spt: 40001, id: 1, src: '10.1.0.0' };
const FAILING = { spt: 40002, id: 2, src: '10.0.0.1' };
const dnat = { dst: '10.1.2.4', dpt: 8080 };

describe('two flows side by side', () => {
  const lines = [
    logLine({ ...WORKING, prefix: 'raw out: ', oif: 'tun0' }),
    logLine({ ...WORKING, ...dnat, prefix: 'filter out: ', oif: 'tun0' }),
    logLine({ ...WORKING, ...dnat, prefix: 'nat post: ', oif: 'tun0' }),
    logLine({ ...FAILING, prefix: 'raw out: ', oif: 'eth0' }),
    logLine({ ...FAILING, ...dnat, prefix: 'filter out: ', oif: 'eth0' }),
    logLine({ ...FAILING, ...dnat, prefix: 'nat post: ', oif: 'tun0' }),
  ];

  it('names the fields that differ at each hook and leaves out the client port', () => {
    expect(shown(compare(lines.join('\n')).request)).toEqual([
      'output raw: saddr 10.1.0.0|10.0.0.1, oif tun0|eth0',
      'output filter: saddr 10.1.0.0|10.0.0.1, oif tun0|eth0',
      'postrouting nat: saddr 10.1.0.0|10.0.0.1',
    ]);
  });

  it('begins to differ at the first step that differs', () => {
    expect(compare(lines.join('\n')).request.firstDifference).toBe(0);
  });

  it('shows what was rewritten since the step before', () => {
    const { request } = compare(lines.join('\n'));
    expect(request.steps[1]?.b?.rewritten.map(({ field }) => field)).toEqual(['daddr', 'dport']);
    expect(request.steps[2]?.b?.rewritten).toEqual([{ field: 'oif', a: 'eth0', b: 'tun0' }]);
  });

  it('says where only one of them was seen', () => {
    const ended = lines.slice(0, 5).join('\n');
    expect(shown(compare(ended).request).at(-1)).toBe('postrouting nat: not b');
  });

  it('compares the answer too, and says that its place was watched', () => {
    const capture = (a: string, b: string, more = {}) => captureLine({ a, b, ...more });
    const text = [
      'listening on tun0, link-type RAW (Raw IP), capture size 262144 bytes',
      capture('10.1.0.0.40001', '10.1.2.4.8080'),
      capture('10.1.2.4.8080', '10.1.0.0.40001', { flags: 'S.', seq: '7', ack: 1001 }),
      capture('10.0.0.1.40002', '10.1.2.4.8080', { seq: '2000', mss: 1460 }),
      capture('10.0.0.1.40002', '10.1.2.4.8080', { seq: '2000', time: '10:00:01.000000' }),
    ];
    const { request, reply } = compare(text.join('\n'));
    expect(shown(request)).toEqual(['tun0: saddr 10.1.0.0|10.0.0.1']);
    expect(shown(reply)).toEqual(['tun0: not b, watched']);
  });
});
