import type {
  Conversation,
  ConversationOutcome,
  Evidence,
  EvidenceFile,
  Journey,
} from '../../evidence/evidence.ts';
import type { Observation } from '../../evidence/observation.ts';
import { formatSource } from '../../packet/source-ref.ts';
import { issueText } from '../issue-text.ts';
import type { Level } from '../text/level.ts';
import type { Canvas } from '../text/style.ts';
import { displayWidth, fitTo, padTo } from '../text/width.ts';
import { statementLines } from './statement-lines.ts';
import {
  addressWords,
  clockWords,
  conversationWords,
  deviceWords,
  groupWords,
  OUTCOMES,
  packetWords,
  vantageWords,
} from './words.ts';

/** Evidence as text; ends with a line break. */
export function renderEvidence(evidence: Evidence, level: Level, canvas: Canvas): string {
  const lines = [canvas.style.strong(totals(evidence))];
  if (level === 'minimal') {
    lines.push(...evidence.conversations.map((c) => `${conversationWords(c)}: ${c.outcome}`));
    return `${lines.join('\n')}\n`;
  }
  for (const file of evidence.files) lines.push(...fileLines(file, level));
  for (const issue of evidence.issues) lines.push(`  ${issueText(issue)}`);
  section(lines, 'Seen at', evidence.groups.map(groupWords));
  section(
    lines,
    'Clocks',
    evidence.clocks.map((clock) => clockWords(clock, evidence.groups)),
  );
  section(lines, 'Counters that grew', counterLines(evidence));
  section(lines, 'Said beside the packets', statementLines(evidence));
  const shown = level === 'detailed' ? evidence.conversations : worthShowing(evidence);
  for (const conversation of shown) {
    lines.push('', ...conversationLines(conversation, level, canvas));
  }
  const left = evidence.conversations.length - shown.length;
  if (left > 0) lines.push('', `and ${left} more; --level detailed shows them all`);
  const joined = new Set(
    evidence.conversations.flatMap((c) => c.journeys.map((journey) => journey.id)),
  );
  const loose = evidence.journeys.filter((journey) => !joined.has(journey.id));
  if (loose.length > 0) {
    lines.push('', 'Packets of no conversation');
    lines.push(...loose.flatMap((journey) => journeyLines(journey, '', level, canvas)));
  }
  return `${lines.join('\n')}\n`;
}

const SHOWN_CONVERSATIONS = 50;

/** Of very many conversations those that failed come first; else all in their order. */
function worthShowing({ conversations }: Evidence): readonly Conversation[] {
  if (conversations.length <= SHOWN_CONVERSATIONS) return conversations;
  const rank = ({ outcome }: Conversation): number => FAILED_FIRST.indexOf(outcome);
  return conversations.toSorted((a, b) => rank(a) - rank(b)).slice(0, SHOWN_CONVERSATIONS);
}

const FAILED_FIRST: readonly ConversationOutcome[] = [
  'unanswered',
  'icmp-error',
  'reset',
  'answered',
  'unknown',
  'established',
];

function section(lines: string[], title: string, entries: readonly string[]): void {
  if (entries.length > 0) lines.push('', title, ...entries.map((entry) => `  ${entry}`));
}

function counterLines({ counters }: Evidence): readonly string[] {
  return counters
    .filter(({ delta }) => delta !== 0)
    .map(({ node, netns, counter, delta }) => {
      const place = [node, netns].filter((part) => part !== null).join('/');
      return [...(place === '' ? [] : [place]), counter, `${delta > 0 ? '+' : ''}${delta}`].join(
        ' ',
      );
    });
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function totals(evidence: Evidence): string {
  const sum = (value: (file: EvidenceFile) => number): number =>
    evidence.files.reduce((total, file) => total + value(file), 0);
  const read = sum((file) => file.lines);
  const known = sum((file) => file.recognised);
  const unplaced = sum((file) => file.unplacedCount);
  const dropped = sum((file) => file.dropped);
  return [
    `${count(evidence.files.length, 'file')}, ${count(read, 'line')} read: ${known} recognised, ${unplaced} not placed`,
    count(evidence.observations.length, 'observation'),
    count(evidence.journeys.length, 'packet'),
    count(evidence.conversations.length, 'conversation'),
    ...(dropped > 0 ? [`${count(dropped, 'packet')} beyond the limit left out`] : []),
  ].join('; ');
}

const SHOWN_UNPLACED = 5;

function fileLines(file: EvidenceFile, level: Level): string[] {
  const unit = file.format === 'pcap' || file.format === 'pcapng' ? 'frame' : 'line';
  const lines = [
    `  ${file.file}: ${count(file.lines, unit)}, ${file.recognised} recognised, ${file.unplacedCount} not placed`,
  ];
  const shown = level === 'detailed' ? file.unplaced : file.unplaced.slice(0, SHOWN_UNPLACED);
  for (const source of shown) {
    lines.push(`    not placed ${formatSource(source)}: ${fitTo(source.text?.trim() ?? '', 80)}`);
  }
  if (file.unplacedCount > shown.length) {
    lines.push(`    and ${file.unplacedCount - shown.length} more`);
  }
  return lines;
}

function conversationLines(conversation: Conversation, level: Level, canvas: Canvas): string[] {
  const { style } = canvas;
  const { outcome } = conversation;
  const tone = outcome === 'established' ? style.good : style.bad;
  const lines = [
    style.strong(`#${conversation.id} ${conversationWords(conversation)}`),
    `   ${tone(OUTCOMES[outcome])}`,
  ];
  const shown = level === 'detailed' ? conversation.journeys : conversation.journeys.slice(0, 4);
  for (const journey of shown) {
    const direction = conversation.replies.includes(journey.id) ? ' (reply)' : '';
    lines.push(...journeyLines(journey, direction, level, canvas));
  }
  const left = conversation.journeys.length - shown.length;
  if (left > 0) lines.push(`   and ${left} more`);
  return lines;
}

function journeyLines(journey: Journey, direction: string, level: Level, canvas: Canvas): string[] {
  const [first] = journey.sightings;
  if (!first) return [];
  const again =
    journey.retransmissionOf === null ? '' : `, sent again (first as ${journey.retransmissionOf})`;
  const lines = [`   packet ${journey.id}: ${packetWords(first.packet)}${direction}${again}`];
  const places = journey.sightings.map(vantageWords);
  const width = Math.max(...places.map(displayWidth));
  let before: Observation | null = null;
  journey.sightings.forEach((sighting, index) => {
    const address = addressWords(sighting.packet);
    const change = before === null ? null : changeWords(before, sighting);
    const shownAddress = change ? canvas.style.changed(`${address}  <- ${change}`) : address;
    const source = level === 'detailed' ? `  ${formatSource(sighting.source)}` : '';
    const device = padTo(deviceWords(sighting), 14);
    lines.push(`     ${padTo(places[index] ?? '', width)}  ${device} ${shownAddress}${source}`);
    before = sighting;
  });
  return lines;
}

/** What became of a packet since the sighting before, in a word. */
function changeWords(before: Observation, now: Observation): string | null {
  const rewritten = addressWords(before.packet) !== addressWords(now.packet);
  const [from, to] = [before.vantage, now.vantage];
  // A host's own packet has its device from the first hook on; another one was looked up again.
  const rerouted =
    from.group === to.group &&
    from.iif === null &&
    to.iif === null &&
    from.oif !== null &&
    to.oif !== null &&
    from.oif !== to.oif;
  const words = [...(rewritten ? ['rewritten'] : []), ...(rerouted ? ['rerouted'] : [])];
  return words.length > 0 ? words.join(', ') : null;
}
