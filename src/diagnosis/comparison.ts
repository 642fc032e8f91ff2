import type { Step } from '../kernel/step.ts';
import { formatAddress } from '../packet/address.ts';
import { type Packet, ports } from '../packet/packet.ts';
import { netnsKey } from '../packet/place.ts';
import type { PacketTrace } from '../trace/trace.ts';
import type { ComparedFlow, ComparedStep, Comparison, ComparisonRow } from './diagnosis.ts';
import type { PacketSupport } from './step-support.ts';

/** One side of a comparison. */
export interface ComparisonSide extends ComparedFlow {
  readonly support: readonly PacketSupport[];
}

interface Row {
  readonly key: string;
  readonly step: Step;
  readonly compared: ComparedStep;
}

/**
 * Lays the first packets of two flows beside each other, step by step, by the longest common
 * sequence of their places. Rows that only one of them has stand where that one has them.
 */
export function compareFlows(left: ComparisonSide, right: ComparisonSide): Comparison {
  const a = rowsOf(left.outcome.packets[0], left.support[0]);
  const b = rowsOf(right.outcome.packets[0], right.support[0]);
  const common = commonLengths(a, b);
  const drafts: DraftRow[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const inA = a[i];
    const inB = b[j];
    if (inA && inB && inA.key === inB.key) {
      drafts.push(row(inA, inA.compared, inB.compared));
      i++;
      j++;
    } else if (inA && (!inB || (common[i + 1]?.[j] ?? 0) >= (common[i]?.[j + 1] ?? 0))) {
      drafts.push(row(inA, inA.compared, null));
      i++;
    } else if (inB) {
      drafts.push(row(inB, null, inB.compared));
      j++;
    }
  }
  const rows = markDifferences(drafts);
  const first = rows.findIndex(({ differs }) => differs);
  const strip = ({ flow, outcome }: ComparisonSide): ComparedFlow => ({ flow, outcome });
  return {
    left: strip(left),
    right: strip(right),
    rows,
    firstDivergence: first < 0 ? null : first,
  };
}

/** Lengths of the longest common sequence of every pair of tails. */
function commonLengths(a: readonly Row[], b: readonly Row[]): readonly (readonly number[])[] {
  const lengths = Array.from({ length: a.length + 1 }, () =>
    new Array<number>(b.length + 1).fill(0),
  );
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const row = lengths[i];
      if (!row) continue;
      const below = lengths[i + 1];
      row[j] =
        a[i]?.key === b[j]?.key
          ? (below?.[j + 1] ?? 0) + 1
          : Math.max(below?.[j] ?? 0, row[j + 1] ?? 0);
    }
  }
  return lengths;
}

function row(at: Row, left: ComparedStep | null, right: ComparedStep | null): DraftRow {
  return { point: pointOf(at.step), where: at.step.where, left, right };
}

type DraftRow = Omit<ComparisonRow, 'differs'>;

const COMPARED = ['saddr', 'daddr', 'sport', 'dport', 'iif', 'oif', 'verdict'] as const;

/** Marks the rows where the flows begin to differ in something; what stays different is not new. */
function markDifferences(rows: readonly DraftRow[]): readonly ComparisonRow[] {
  // What carries the packet has headers of its own.
  const before: Record<'own' | 'carrier', ReadonlySet<string>> = {
    own: new Set(),
    carrier: new Set(),
  };
  return rows.map((draft) => {
    const { left, right } = draft;
    if (!left || !right) return { ...draft, differs: true };
    // Client ports are chosen anew by every client.
    const now = new Set(
      COMPARED.filter((field) => field !== 'sport' && left[field] !== right[field]),
    );
    const kind = left.carries ? 'carrier' : 'own';
    const differs = [...now].some((field) => !before[kind].has(field));
    before[kind] = now;
    return { ...draft, differs };
  });
}

function rowsOf(
  packet: PacketTrace | undefined,
  support: PacketSupport | undefined,
): readonly Row[] {
  return (packet?.steps ?? []).map((step, index) => ({
    key: `${netnsKey(step.where)} ${pointOf(step)}`,
    step,
    compared: {
      iif: step.iif,
      oif: step.oif,
      ...headers(step.skb.packet),
      rewritten: step.diff.map(({ field }) => field),
      verdict: verdictOf(step),
      carries: step.skb.packet.inner !== undefined,
      support: support?.steps[index] ?? 'modelled',
      seen: support?.seen.get(index) ?? null,
    },
  }));
}

function headers(packet: Packet): Pick<ComparedStep, 'saddr' | 'daddr' | 'sport' | 'dport'> {
  return {
    saddr: formatAddress(packet.source),
    daddr: formatAddress(packet.destination),
    ...ports(packet),
  };
}

/** A stable name of a step's place on the path; the same step of two flows has the same one. */
function pointOf({ action }: Step): string {
  switch (action.kind) {
    case 'socket':
      return `socket ${action.operation}`;
    case 'source-address':
      return 'source address';
    case 'route':
      return `route ${action.purpose}`;
    case 'rp-filter':
      return 'rp_filter';
    case 'table':
      return `${action.table} ${action.hook}`;
    case 'conntrack':
      return `conntrack ${action.hook}`;
    case 'nat':
      return `nat ${action.manip} ${action.hook}`;
    case 'reject':
      return 'reject';
    case 'forward':
      return 'forward';
    case 'mtu':
      return 'mtu';
    case 'neighbour':
      return 'neighbour';
    case 'transmit':
      return `transmit ${action.device}`;
    case 'receive':
      return `receive ${action.device}`;
    case 'bridge':
      return `bridge ${action.bridge}`;
    case 'underlay':
      return `underlay ${action.segment}`;
    case 'encapsulate':
    case 'decapsulate':
      return `${action.kind} ${action.device}`;
    case 'deliver':
      return 'deliver';
    case 'drop':
      return 'drop';
    case 'socket-error':
      return 'socket error';
  }
}

function verdictOf({ action }: Step): string {
  switch (action.kind) {
    case 'table':
      return action.verdict;
    case 'rp-filter':
      return action.passed ? 'pass' : 'drop';
    case 'drop':
      return action.reason;
    case 'reject':
      return action.with;
    case 'socket-error':
      return action.errno;
    case 'conntrack':
      return action.state;
    default:
      return '';
  }
}
