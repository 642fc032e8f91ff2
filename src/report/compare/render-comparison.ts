import type { Canvas } from '../text/style.ts';
import { displayWidth, fitTo, padTo } from '../text/width.ts';
import type { ComparedRow, Comparison } from './comparison.ts';

const MARK = { none: '   ', first: '>> ', other: ' > ' } as const;

/** A comparison as two columns; the first divergence is marked `>>`, later ones `>`. */
export function renderComparison(comparison: Comparison, canvas: Canvas): string {
  const { style } = canvas;
  const { a, b, rows, firstDivergence } = comparison;
  const labels = rows.map((row) => `${row.place} ${row.step}`);
  const labelWidth = Math.min(30, Math.max(6, ...labels.map(displayWidth)));
  const cell = Math.max(20, Math.floor((canvas.width - MARK.none.length - labelWidth - 4) / 2));
  const line = (mark: string, label: string, left: string, right: string): string =>
    `${mark}${padTo(fitTo(label, labelWidth), labelWidth)}  ${padTo(fitTo(left, cell), cell)}  ${fitTo(right, cell)}`.trimEnd();
  const lines = [
    `A: ${a.title}: ${a.result}`,
    `B: ${b.title}: ${b.result}`,
    firstDivergence === null
      ? 'They do not differ.'
      : `They first differ ${where(rows[firstDivergence])}.`,
    '',
    style.strong(line(MARK.none, '', 'A', 'B')),
  ];
  let packet = '';
  rows.forEach((row, index) => {
    if (row.packet !== packet) lines.push(style.strong(row.packet));
    packet = row.packet;
    const mark = !row.differs ? MARK.none : index === firstDivergence ? MARK.first : MARK.other;
    const text = line(mark, labels[index] ?? '', row.a ?? '-', row.b ?? '-');
    lines.push(row.differs ? style.changed(text) : text);
    for (const { field, a: left, b: right } of row.fields) {
      lines.push(style.changed(line(MARK.none, `  ${field}`, left, right)));
    }
  });
  return `${lines.join('\n')}\n`;
}

function where(row: ComparedRow | undefined): string {
  if (!row) return '';
  const fields = row.fields.map(({ field, a, b }) => `${field} ${a} against ${b}`).join(', ');
  const at = `at ${row.place} ${row.step} of the ${row.packet}`;
  return fields === ''
    ? `${at}: ${row.a ?? 'nothing'} against ${row.b ?? 'nothing'}`
    : `${at}: ${fields}`;
}
