import { flowWords, outcomeWords } from '../trace/answer.ts';
import { headerWords, stepLine } from '../trace/step-line.ts';
import type { OutcomeJson, PacketJson, StepJson, TraceJson } from '../trace/trace-json.ts';
import { packetName, placeName } from '../trace/words.ts';
import { align } from './align.ts';
import {
  type ComparedFlow,
  type ComparedRow,
  type Comparison,
  comparison,
  type FieldDifference,
} from './comparison.ts';

/** Compares the likeliest outcomes of two traces, packet by packet and step by step. */
export function compareTraces(a: TraceJson, b: TraceJson): Comparison {
  const [outcomeA] = a.outcomes;
  const [outcomeB] = b.outcomes;
  const packets = align(
    outcomeA?.packets ?? [],
    outcomeB?.packets ?? [],
    (packet) => `${packet.direction} ${packet.kind}`,
  );
  const rows = packets.flatMap((pair) => packetRows(pair.a, pair.b));
  return comparison(side(a, outcomeA), side(b, outcomeB), rows);
}

function side(trace: TraceJson, outcome: OutcomeJson | undefined): ComparedFlow {
  return {
    title: flowWords(trace.flow),
    result: outcome ? outcomeWords(outcome) : trace.verdict,
  };
}

interface Told {
  readonly step: StepJson;
  readonly label: string;
  readonly text: string;
  /** The headers after a table, which the next rows would say anyway. */
  readonly headers: string;
}

function packetRows(a: PacketJson | null, b: PacketJson | null): ComparedRow[] {
  const name = a ?? b;
  if (name === null) return [];
  const known = new Set<string>();
  return align(told(a), told(b), ({ step, label }) => `${placeName(step)} ${label}`).map((pair) => {
    const either = pair.a ?? pair.b;
    const place = either ? placeName(either.step) : '';
    const fields = fieldDifferences(pair.a?.step ?? null, pair.b?.step ?? null).filter((field) => {
      const key = JSON.stringify([place, field]);
      if (known.has(key)) return false;
      known.add(key);
      return true;
    });
    return {
      packet: packetName(name),
      place,
      step: either?.label ?? '',
      a: pair.a ? pair.a.text + pair.a.headers : null,
      b: pair.b ? pair.b.text + pair.b.headers : null,
      absent: pair.a && pair.b ? null : 'does-not-happen',
      differs: pair.a?.text !== pair.b?.text || fields.length > 0,
      fields,
    };
  });
}

/** The steps that tell two ways apart: not each rule, but each table. */
function told(packet: PacketJson | null): Told[] {
  if (packet === null) return [];
  return packet.steps.flatMap((step) => {
    if (step.rule !== null || step.stage === 'socket') return [];
    const { label, text, decisive } = stepLine(step, packet);
    const headers = step.hook === null ? '' : ` | ${headerWords(step)}`;
    return decisive || step.table !== null ? [{ step, label, text, headers }] : [];
  });
}

const FIELDS = ['saddr', 'daddr', 'sport', 'dport', 'mark', 'iif', 'oif'] as const;

function fieldDifferences(a: StepJson | null, b: StepJson | null): FieldDifference[] {
  if (a === null || b === null) return [];
  return FIELDS.flatMap((field) =>
    a[field] === b[field]
      ? []
      : [{ field, a: String(a[field] ?? '-'), b: String(b[field] ?? '-') }],
  );
}
