import { describe, expect, it } from 'vitest';
import { CONNECTED_TRACE, LOST_SYN_TRACE } from '../../../test/support/example-trace.ts';
import { PLAIN_CANVAS } from '../text/style.ts';
import { traceJson } from '../trace/to-json.ts';
import { align } from './align.ts';
import { compareTraces } from './compare-traces.ts';
import { renderComparison } from './render-comparison.ts';

describe('align', () => {
  it('puts equal keys in one row and keeps the order of both lists', () => {
    const rows = align([...'abxd'], [...'aybd'], (char) => char);
    expect(rows.map(({ a, b }) => `${a ?? '-'}${b ?? '-'}`)).toEqual([
      'aa',
      '-y',
      'bb',
      'x-',
      'dd',
    ]);
  });

  it('aligns with an empty list', () => {
    expect(align(['a'], [], (char) => char)).toEqual([{ a: 'a', b: null }]);
  });
});

describe('compareTraces', () => {
  const lost = traceJson(LOST_SYN_TRACE);
  const connected = traceJson(CONNECTED_TRACE);

  it('finds no divergence between a trace and itself', () => {
    const same = compareTraces(lost, lost);
    expect(same.firstDivergence).toBeNull();
    expect(renderComparison(same, PLAIN_CANVAS)).toContain('They do not differ.');
  });

  it('finds the first step in which two traces differ', () => {
    const { rows, firstDivergence } = compareTraces(lost, connected);
    expect(rows[firstDivergence ?? -1]).toMatchObject({
      packet: 'SYN',
      place: 'n2',
      step: 'rp_filter',
      b: null,
    });
  });

  it('names the header fields that differ, once', () => {
    const other = {
      ...lost,
      outcomes: lost.outcomes.map((outcome) => ({
        ...outcome,
        packets: outcome.packets.map((packet) => ({
          ...packet,
          steps: packet.steps.map((step) => ({ ...step, saddr: '10.244.1.0' })),
        })),
      })),
    };
    const { rows } = compareTraces(lost, other);
    expect(rows.filter((row) => row.fields.length > 0).map((row) => row.fields)).toEqual([
      [{ field: 'saddr', a: '192.168.10.11', b: '10.244.1.0' }],
    ]);
  });

  it('marks the first divergence in the text', () => {
    const text = renderComparison(compareTraces(lost, connected), PLAIN_CANVAS);
    expect(text).toMatch(/^>> n2 rp_filter/m);
    expect(text).toContain('They first differ at n2 rp_filter of the SYN');
    for (const line of text.split('\n').slice(4)) expect(line.length).toBeLessThanOrEqual(100);
  });
});
