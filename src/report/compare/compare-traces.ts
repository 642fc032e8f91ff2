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
  readonly packet: PacketJson;
  readonly label: string;
  readonly text: string;
}

function packetRows(a: PacketJson | null, b: PacketJson | null): ComparedRow[] {
  const name = a ?? b;
  if (name === null) return [];
  let known = '';
  return align(told(a), told(b), ({ step, label }) => `${placeName(step)} ${label}`).map((pair) => {
    const either = pair.a ?? pair.b;
    const fields = fieldDifferences(pair.a?.step ?? null, pair.b?.step ?? null);
    const key = JSON.stringify(fields);
    const fresh = key === known ? [] : fields;
    if (pair.a && pair.b) known = key;
    return {
      packet: packetName(name),
      place: either ? placeName(either.step) : '',
      step: either?.label ?? '',
      a: pair.a?.text ?? null,
      b: pair.b?.text ?? null,
      differs: pair.a?.text !== pair.b?.text || fresh.length > 0,
      fields: fresh,
    };
  });
}

/** The steps that tell two ways apart: not each rule, but each table that changed something. */
function told(packet: PacketJson | null): Told[] {
  if (packet === null) return [];
  return packet.steps.flatMap((step) => {
    if (step.rule !== null || step.stage === 'socket') return [];
    const { label, text, decisive } = stepLine(step, packet);
    const headers = step.hook === null ? '' : ` | ${headerWords(step)}`;
    return decisive || step.table !== null ? [{ step, packet, label, text: text + headers }] : [];
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
