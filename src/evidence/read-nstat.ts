import type { Issue, Parsed } from '../packet/issue.ts';
import type { CounterDelta, CounterReading } from './counter.ts';
import { type EvidencePart, KEPT_NOTES } from './part.ts';
import { placeOfFile } from './place-of-file.ts';

const LINE = /^([A-Za-z][A-Za-z0-9]{1,60})\s+(\d{1,20})(?:\s+-?\d{1,20}(?:\.\d{1,20})?)?$/;
const MAX_LINES = 10_000;

/** Whether a file's name says that it holds the output of nstat. */
export function isNstatFile(file: string): boolean {
  return /^nstat\b(?!.*json).*\.txt$/.test(placeOfFile(file).name);
}

/** Reads `nstat -asz` of one moment: `counter value rate`. */
export function readNstat(text: string, file: string): Parsed<EvidencePart> {
  const { node, netns, name } = placeOfFile(file);
  const moment = /before/.test(name) ? 'before' : /after/.test(name) ? 'after' : null;
  const counters: CounterReading[] = [];
  const issues: Issue[] = [];
  const unplaced: EvidencePart['file']['unplaced'][number][] = [];
  const lines = text.split(/\r?\n/, MAX_LINES);
  let recognised = 0;
  let unplacedCount = 0;
  lines.forEach((raw, index) => {
    const line = raw.trim().slice(0, 200);
    if (line === '') return;
    const source = { file, line: index + 1, text: line };
    const match = LINE.exec(line);
    if (match) {
      const [, counter = '', value] = match;
      counters.push({ node, netns, device: null, moment, counter, value: Number(value), source });
    } else if (!line.startsWith('#')) {
      unplacedCount++;
      if (unplaced.length >= KEPT_NOTES) return;
      unplaced.push(source);
      issues.push({ code: 'nstat-line', severity: 'warning', source, detail: line });
      return;
    }
    recognised++;
  });
  const file0 = { file, format: 'nstat', lines: lines.length, recognised, unplaced } as const;
  return {
    value: {
      file: { ...file0, unplacedCount, dropped: 0 },
      observations: [],
      statements: [],
      counters,
      drops: [],
      tracked: [],
      sockets: [],
      labels: [],
    },
    issues,
  };
}

/** Pairs the readings of each counter before and after. A counter read once has no delta. */
export function counterDeltas(readings: readonly CounterReading[]): readonly CounterDelta[] {
  const earlier = new Map<string, CounterReading>();
  for (const reading of readings) {
    if (reading.moment === 'before') earlier.set(keyOf(reading), reading);
  }
  const deltas: CounterDelta[] = [];
  for (const after of readings) {
    const first = after.moment === 'after' ? earlier.get(keyOf(after)) : undefined;
    if (!first) continue;
    const { node, netns, device, counter, value, source } = after;
    const [before, delta] = [first.value, value - first.value];
    deltas.push({ node, netns, device, counter, before, after: value, delta, source });
  }
  return deltas;
}

function keyOf(reading: CounterReading): string {
  return `${reading.node}/${reading.netns}/${reading.device}/${reading.counter}`;
}
