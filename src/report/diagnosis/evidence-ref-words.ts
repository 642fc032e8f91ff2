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
  [/^drop-seen$/, 'such a drop was seen'],
  [/^drop-of-another-packet$/, 'another packet of the flow was seen to be dropped'],
  [/^drop-elsewhere$/, 'the packet was seen to be dropped on another node'],
  [/^drop-for-another-reason$/, 'the packet was seen to be dropped for another reason'],
  [/^rule-drops$/, 'a rule was seen to drop it there'],
  [/^rule-drops-unpredicted$/, 'a rule was seen to drop the packet where none would'],
  [/^rule-accepts$/, 'the table was seen to accept the packet'],
  [/^entry-agrees$/, 'the tracked connection is as predicted'],
  [/^entry-confirmed$/, 'a connection is tracked whose packet would die before that'],
  [/^entry-with-another-translation$/, 'the connection was translated to another address'],
  [/^entry-unreplied$/, 'no reply came back to the node that tracks the connection'],
  [/^entry-replied$/, 'a reply came back to the node that tracks the connection'],
  [/^socket-waits-for-syn-ack$/, "the client's socket waits for an answer to its SYN"],
  [/^socket-sends-data-again$/, "the client's socket is connected and sends data again"],
  [/^socket-waits-for-ack$/, "the endpoint's socket got the SYN and waits for an ACK"],
  [/^socket-listens$/, 'a socket listens on the port'],
  [/^device-lost-packets$/, 'the device lost packets'],
  [/^device-lost-packets-elsewhere$/, 'another device lost packets'],
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
