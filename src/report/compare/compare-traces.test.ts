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
    expect(renderComparison(same, 'summary', PLAIN_CANVAS)).toContain('They do not differ.');
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

  it('names the header fields that differ, once for each place', () => {
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
    const told = rows.filter((row) => row.fields.length > 0);
    const saddr = { field: 'saddr', a: '192.168.10.11', b: '10.244.1.0' };
    expect(told.map(({ place, fields }) => ({ place, fields }))).toEqual([
      { place: 'n1', fields: [saddr] },
      { place: 'n2', fields: [saddr] },
    ]);
  });

  it('says in the minimal form where they part, and nothing else', () => {
    const text = renderComparison(compareTraces(lost, connected), 'minimal', PLAIN_CANVAS);
    expect(text.split('\n')).toHaveLength(4);
  });

  it('tells every step in the detailed form', () => {
    const compared = compareTraces(lost, connected);
    const text = renderComparison(compared, 'detailed', PLAIN_CANVAS);
    for (const { place, step } of compared.rows) expect(text).toContain(`${place} ${step}`);
  });

  it('marks the first divergence in the text', () => {
    const text = renderComparison(compareTraces(lost, connected), 'summary', PLAIN_CANVAS);
    expect(text).toMatch(/^>> n2 rp_filter/m);
    expect(text).toContain('They first differ at n2 rp_filter of the SYN');
    for (const line of text.split('\n').slice(4)) expect(line.length).toBeLessThanOrEqual(100);
  });
});
