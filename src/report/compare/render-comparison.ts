import type { Level } from '../text/level.ts';
import type { Canvas } from '../text/style.ts';
import { displayWidth, fitTo, padTo, wrap } from '../text/width.ts';
import type { Absence, ComparedRow, Comparison } from './comparison.ts';

const MARK = { none: '   ', first: '>> ', other: ' > ' } as const;

const ABSENT: Readonly<Record<Absence, string>> = {
  'does-not-happen': '-',
  'not-seen': 'not seen',
  'not-watched': 'not watched',
};

/**
 * A comparison as text; ends with a line break. `minimal` is the answer alone, `summary` the rows
 * that differ in two columns, `detailed` every row in full. The first divergence is marked `>>`, later ones `>`.
 */
export function renderComparison(comparison: Comparison, level: Level, canvas: Canvas): string {
  const lines = answer(comparison);
  if (level !== 'minimal') {
    lines.push('');
    lines.push(
      ...(level === 'summary' ? columns(comparison, canvas) : stacked(comparison, canvas)),
    );
  }
  return `${lines.join('\n')}\n`;
}

function answer({ a, b, rows, firstDivergence }: Comparison): string[] {
  return [
    `A: ${a.title}: ${a.result}`,
    `B: ${b.title}: ${b.result}`,
    firstDivergence === null
      ? 'They do not differ.'
      : `They first differ ${where(rows[firstDivergence])}.`,
  ];
}

function columns({ rows, firstDivergence }: Comparison, canvas: Canvas): string[] {
  const { style } = canvas;
  const labels = rows.map((row) => `${row.place} ${row.step}`);
  const labelWidth = Math.min(30, Math.max(6, ...labels.map(displayWidth)));
  const cell = Math.max(20, Math.floor((canvas.width - MARK.none.length - labelWidth - 4) / 2));
  const line = (mark: string, label: string, left: string, right: string): string =>
    `${mark}${padTo(fitTo(label, labelWidth), labelWidth)}  ${padTo(fitTo(left, cell), cell)}  ${fitTo(right, cell)}`.trimEnd();
  const lines = [style.strong(line(MARK.none, '', 'A', 'B'))];
  for (const part of byPacket(rows)) {
    const only = loneSide(part);
    if (only !== null) {
      lines.push(style.changed(`${part[0]?.row.packet ?? ''}: only in ${only}, ${steps(part)}`));
      continue;
    }
    lines.push(style.strong(part[0]?.row.packet ?? ''));
    let equal: PlacedRow[] = [];
    const tellEqual = (): void => {
      if (equal.length > 0) lines.push(style.faint(`   ${steps(equal)} the same`));
      equal = [];
    };
    for (const placed of part) {
      const { row, index } = placed;
      if (!row.differs) {
        equal.push(placed);
        continue;
      }
      tellEqual();
      const mark = markOf(row, index, firstDivergence);
      const text = line(mark, labels[index] ?? '', cellText(row, 'a'), cellText(row, 'b'));
      lines.push(style.changed(text));
      for (const { field, a: left, b: right } of row.fields) {
        lines.push(style.changed(line(MARK.none, `  ${field}`, left, right)));
      }
    }
    tellEqual();
  }
  return lines;
}

interface PlacedRow {
  readonly row: ComparedRow;
  readonly index: number;
}

function byPacket(rows: readonly ComparedRow[]): PlacedRow[][] {
  const parts: PlacedRow[][] = [];
  rows.forEach((row, index) => {
    const part = parts.at(-1);
    if (part?.[0]?.row.packet === row.packet) part.push({ row, index });
    else parts.push([{ row, index }]);
  });
  return parts;
}

/** The side that alone has a packet. */
function loneSide(part: readonly PlacedRow[]): 'A' | 'B' | null {
  if (part.every(({ row }) => row.b === null)) return 'A';
  return part.every(({ row }) => row.a === null) ? 'B' : null;
}

function steps(part: readonly PlacedRow[]): string {
  return part.length === 1 ? '1 step' : `${part.length} steps`;
}

function stacked({ rows, firstDivergence }: Comparison, canvas: Canvas): string[] {
  const { style, width } = canvas;
  const lines: string[] = [];
  let packet = '';
  rows.forEach((row, index) => {
    if (row.packet !== packet) lines.push(style.strong(row.packet));
    packet = row.packet;
    const mark = markOf(row, index, firstDivergence);
    const label = `${mark}${row.place} ${row.step}`;
    lines.push(row.differs ? style.changed(label) : label);
    const both = cellText(row, 'a');
    if (row.a !== null && row.a === row.b && row.fields.length === 0) {
      lines.push(...wrap(`      A, B ${both}`, width, ' '.repeat(11)));
      return;
    }
    for (const side of ['a', 'b'] as const) {
      const text = `      ${side.toUpperCase()}    ${cellText(row, side)}`;
      lines.push(...wrap(text, width, ' '.repeat(11)));
    }
    for (const { field, a, b } of row.fields) {
      lines.push(style.changed(`      ${field}: ${a} against ${b}`));
    }
  });
  return lines;
}

function markOf(row: ComparedRow, index: number, first: number | null): string {
  if (!row.differs) return MARK.none;
  return index === first ? MARK.first : MARK.other;
}

function cellText(row: ComparedRow, side: 'a' | 'b'): string {
  return row[side] ?? (row.absent === null ? '-' : ABSENT[row.absent]);
}

function where(row: ComparedRow | undefined): string {
  if (!row) return '';
  const fields = row.fields.map(({ field, a, b }) => `${field} ${a} against ${b}`).join(', ');
  const at = `at ${row.place} ${row.step} of the ${row.packet}`;
  if (fields !== '') return `${at}: ${fields}`;
  return `${at}: ${told(row, 'a')} against ${told(row, 'b')}`;
}

/** A missing side as it reads in a sentence. */
function told(row: ComparedRow, side: 'a' | 'b'): string {
  if (row[side] !== null) return row[side];
  return row.absent === 'does-not-happen' ? 'nothing' : cellText(row, side);
}
