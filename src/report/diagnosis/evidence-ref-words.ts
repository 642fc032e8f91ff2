import type { EvidenceRef } from '../../diagnosis/diagnosis.ts';
import type { SourceRef } from '../../packet/source-ref.ts';
import { PACKET_NAMES } from '../trace/words.ts';

/** `incident.md:107-112, 159`: the places of lines, each file once. */
export function placesWords(sources: readonly SourceRef[]): string {
  const files = new Map<string, number[]>();
  for (const { file, line } of sources) {
    const lines = files.get(file);
    if (lines) lines.push(line);
    else files.set(file, [line]);
  }
  return [...files].map(([file, lines]) => fileWords(file, lines)).join('; ');
}

function fileWords(file: string, lines: readonly number[]): string {
  const numbers = [...new Set(lines)].filter((line) => line > 0).sort((a, b) => a - b);
  if (numbers.length === 0) return file;
  const runs: [first: number, last: number][] = [];
  for (const line of numbers) {
    const run = runs.at(-1);
    if (run && line === run[1] + 1) run[1] = line;
    else runs.push([line, line]);
  }
  return `${file}:${runs.map(([a, b]) => (a === b ? `${a}` : `${a}-${b}`)).join(',')}`;
}

const SHOWS: readonly (readonly [pattern: RegExp, words: string])[] = [
  [/^works$/, 'a flow that works would fail, too'],
  [/^other-symptom-(.+)$/, 'the client would see $1'],
  [/^(.+)-seen-with-other-addresses$/, 'a $1 was seen with other addresses or another device'],
  [/^(.+)-seen-unpredicted$/, 'a $1 was seen where none would be'],
  [/^(.+)-not-seen$/, 'no $1 was seen where one would be'],
  [/^counter-unchanged$/, 'the counter of such drops did not grow'],
  [/^counter-grew-elsewhere$/, 'another counter of drops grew'],
  [/^counter-grew$/, 'the counter of such drops grew'],
  [/^(.+)-seen$/, 'the $1 was seen as predicted'],
];

/** What a line shows, in words. */
function showsWords(shows: string): string {
  for (const [pattern, words] of SHOWS) {
    const match = pattern.exec(shows);
    const name = match?.[1] ?? '';
    if (match) return words.replace('$1', PACKET_NAMES[name] ?? name);
  }
  return shows.replaceAll('-', ' ');
}

/** Reasons with their lines, each reason once: `a syn was seen where none would be (f:168)`. */
export function refsWords(refs: readonly EvidenceRef[]): string {
  const reasons = new Map<string, SourceRef[]>();
  for (const { shows, source } of refs) {
    const words = showsWords(shows);
    const sources = reasons.get(words);
    if (sources) sources.push(source);
    else reasons.set(words, [source]);
  }
  return [...reasons].map(([words, sources]) => `${words} (${placesWords(sources)})`).join('; ');
}
