import type { ComparedStep, Comparison, ComparisonRow } from '../../diagnosis/diagnosis.ts';
import { netnsKey } from '../../packet/place.ts';
import { succeeds } from '../../trace/trace.ts';
import type { Level } from '../text/level.ts';
import type { Canvas } from '../text/style.ts';
import { displayWidth, padTo } from '../text/width.ts';
import { flowJson } from '../trace/to-json.ts';
import { hostPort } from '../trace/words.ts';
import { paragraph } from './paragraph.ts';

const SUPPORT = { observed: 'o', inferred: 'i', modelled: 'm' } as const;

/** Stages that never tell two flows apart by themselves. */
const QUIET = /^(?:conntrack|socket|neighbour|mtu|forward)\b/;
/** Of packets that carry others only these stages are of interest. */
const CARRIED = /^(?:encapsulate|decapsulate|transmit|receive|underlay|drop)\b/;

const LEGEND =
  'o observed, i inferred (seen later), m modelled only; [..] rewritten here; > differs from here';

/** Two flows hook by hook; what the summary leaves out cannot differ alone. */
export function comparisonTable(
  comparison: Comparison,
  level: Level,
  canvas: Canvas,
): readonly string[] {
  const rows = comparison.rows.filter((row) => level === 'detailed' || isShown(row));
  const cells: readonly Cells[] = rows.map((row) => ({
    row,
    point: row.point,
    left: cellWords(row.left),
    right: cellWords(row.right),
  }));
  const heads = [comparison.left, comparison.right].map(
    ({ flow, outcome }) => `${succeeds(outcome) ? 'works' : 'fails'}: ${bindWords(flow)}`,
  );
  const [leftHead = '', rightHead = ''] = heads;
  const table: Table = { heads: [leftHead, rightHead], cells };
  return [
    ...(widthOf(table) > canvas.edge ? stacked(table, canvas) : inColumns(table, canvas)),
    ...paragraph(LEGEND, canvas, '').map(canvas.style.faint),
  ];
}

interface Cells {
  readonly row: ComparisonRow;
  readonly point: string;
  readonly left: string;
  readonly right: string;
}

interface Table {
  readonly heads: readonly [string, string];
  readonly cells: readonly Cells[];
}

function widest(...texts: readonly string[]): number {
  return Math.max(...texts.map(displayWidth));
}

function widthOf({ heads, cells }: Table): number {
  const point = widest(...cells.map((each) => each.point));
  const left = widest(heads[0], ...cells.map((each) => each.left));
  const right = widest(heads[1], ...cells.map((each) => each.right));
  return 2 + point + 2 + left + 2 + right;
}

function inColumns({ heads, cells }: Table, canvas: Canvas): readonly string[] {
  const pointWidth = widest(...cells.map(({ point }) => point));
  const leftWidth = widest(heads[0], ...cells.map(({ left }) => left));
  const line = (mark: string, point: string, left: string, right: string): string =>
    `${mark} ${padTo(point, pointWidth)}  ${padTo(left, leftWidth)}  ${right}`.trimEnd();
  return [
    canvas.style.strong(line(' ', '', ...heads)),
    ...underPlaces(cells, canvas, ({ row, point, left, right }) => [
      line(row.differs ? '>' : ' ', point, left, right),
    ]),
  ];
}

/** For a place too narrow for columns: what is the same is said once. */
function stacked({ heads, cells }: Table, canvas: Canvas): readonly string[] {
  return [
    canvas.style.strong(`A ${heads[0]}`),
    canvas.style.strong(`B ${heads[1]}`),
    ...underPlaces(cells, canvas, (each) => {
      const point = `${each.row.differs ? '>' : ' '} ${each.point}`;
      return each.left === each.right
        ? [point, `    A,B  ${each.left}`]
        : [point, `    A    ${each.left}`, `    B    ${each.right}`];
    }),
  ];
}

/** The lines of each row, under the namespace in which it happens. */
function underPlaces(
  cells: readonly Cells[],
  canvas: Canvas,
  linesOf: (each: Cells) => readonly string[],
): readonly string[] {
  const lines: string[] = [];
  let at = '';
  for (const each of cells) {
    const here = netnsKey(each.row.where);
    if (here !== at) lines.push(canvas.style.faint(here));
    at = here;
    const texts = linesOf(each);
    lines.push(...(each.row.differs ? texts.map(canvas.style.changed) : texts));
  }
  return lines;
}

function isShown({ point, left, right }: ComparisonRow): boolean {
  const carries = (left ?? right)?.carries ?? false;
  return carries ? CARRIED.test(point) : !QUIET.test(point);
}

function cellWords(step: ComparedStep | null): string {
  if (!step) return '-';
  const mark = (text: string, ...fields: readonly string[]): string =>
    fields.some((field) => step.rewritten.includes(field)) ? `[${text}]` : text;
  const source = mark(step.saddr, 'saddr', 'sport');
  const target = mark(hostPort(step.daddr, step.dport), 'daddr', 'dport');
  const device = step.oif || step.iif;
  const verdict = /^(?:|accept|nat|pass|continue)$/.test(step.verdict) ? '' : ` ${step.verdict}`;
  return `${SUPPORT[step.support]} ${device}${device === '' ? '' : ' '}${source}>${target}${verdict}`;
}

function bindWords(flow: Comparison['left']['flow']): string {
  const { src, iface } = flowJson(flow);
  if (iface !== null) return `bound to ${iface}`;
  return src === null ? 'not bound' : `bound to ${src}`;
}

/** The first step at which the flows differ, and what differs there. */
export function firstDifference({ rows, firstDivergence }: Comparison): string | null {
  const row = firstDivergence === null ? undefined : rows[firstDivergence];
  if (!row) return null;
  const { left, right, point, where } = row;
  const at = `${point} on ${netnsKey(where)}`;
  if (!left || !right) return `${at}: only the ${left ? 'left' : 'right'} flow comes here`;
  const parts = (['saddr', 'daddr', 'dport', 'iif', 'oif', 'verdict'] as const)
    .filter((field) => left[field] !== right[field])
    .map(
      (field) => `${FIELD_NAMES[field]} ${left[field] || 'none'} against ${right[field] || 'none'}`,
    );
  return `${at}: ${parts.join(', ')}`;
}

const FIELD_NAMES = {
  saddr: 'source',
  daddr: 'destination',
  dport: 'port',
  iif: 'in',
  oif: 'out',
  verdict: 'verdict',
} as const;
