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
import { displayWidth, fitTo, padTo, wrap } from '../text/width.ts';
import { answerLine } from './answer.ts';
import { dropLines, socketLines, trackedLines } from './beside-lines.ts';
import { captureLines } from './capture-lines.ts';
import { factLines, sightingsById } from './fact-lines.ts';
import { LONG_WAY, stageLines } from './stage-lines.ts';
import { statementLines } from './statement-lines.ts';
import {
  addressWords,
  clockWords,
  connectingClocks,
  conversationWords,
  deviceWords,
  groupWords,
  OUTCOMES,
  packetWords,
  vantageWords,
} from './words.ts';

/** Evidence as text; ends with a line break. */
export function renderEvidence(evidence: Evidence, level: Level, canvas: Canvas): string {
  if (level === 'minimal') {
    const lines = [canvas.style.strong(totals(evidence))];
    lines.push(...evidence.conversations.map((c) => `${conversationWords(c)}: ${c.outcome}`));
    return `${lines.join('\n')}\n`;
  }
  const answer = wrap(answerLine(evidence), canvas.edge, '  ');
  const lines = [...answer.map(canvas.style.strong), totals(evidence)];
  const sightings = sightingsById(evidence);
  const shown = level === 'detailed' ? evidence.conversations : worthShowing(evidence);
  for (const conversation of shown) {
    const facts = factLines(conversation, evidence, sightings, level);
    lines.push('', ...conversationLines(conversation, facts, level, canvas));
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
  lines.push('');
  for (const file of evidence.files) lines.push(...fileLines(file, level));
  for (const issue of evidence.issues) lines.push(`  ${issueText(issue)}`);
  section(lines, 'Seen at', evidence.groups.map(groupWords));
  section(
    lines,
    'Clocks',
    connectingClocks(evidence.clocks).map((clock) => clockWords(clock, evidence.groups)),
  );
  section(lines, 'Tracked connections', trackedLines(evidence, level));
  section(lines, 'Sockets', socketLines(evidence, level));
  section(lines, 'Dropped by the kernel', dropLines(evidence, level));
  section(lines, 'Counters that grew', counterLines(evidence));
  section(lines, 'Said beside the packets', statementLines(evidence));
  return `${lines.join('\n')}\n`;
}

const SHOWN_CONVERSATIONS = 20;

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
  const flows = sum((file) => file.flows?.flows.length ?? 0);
  return [
    `${count(evidence.files.length, 'file')}, ${count(read, 'line')} read: ${known} recognised, ${unplaced} not placed`,
    count(evidence.observations.length, 'observation'),
    count(evidence.journeys.length, 'packet'),
    count(evidence.conversations.length, 'conversation'),
    ...(dropped > 0 ? [`${count(dropped, 'packet')} beyond the limit left out`] : []),
    ...(flows > 0 ? [`${count(flows, 'direction')} of flows counted over all packets`] : []),
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
  return [...lines, ...captureLines(file, level)];
}

function conversationLines(
  conversation: Conversation,
  facts: readonly string[],
  level: Level,
  canvas: Canvas,
): string[] {
  const { style } = canvas;
  const { outcome } = conversation;
  const tone = outcome === 'established' ? style.good : style.bad;
  const lines = [
    style.strong(`#${conversation.id} ${conversationWords(conversation)}`),
    `   ${tone(OUTCOMES[outcome])}`,
    ...facts.flatMap((fact) =>
      wrap(`- ${fact}`, canvas.width - 3, '  ').map((text) => `   ${text}`),
    ),
  ];
  const shown = level === 'detailed' ? conversation.journeys : worthFollowing(conversation);
  for (const journey of shown) {
    const direction = conversation.replies.includes(journey.id) ? ' (reply)' : '';
    lines.push(...journeyLines(journey, direction, level, canvas));
  }
  const left = conversation.journeys.length - shown.length;
  if (left > 0) lines.push(`   and ${left} more packet${left === 1 ? '' : 's'}`);
  return lines;
}

const SHOWN_PACKETS = 4;
/** An error and what it is about; the first packet of what works. */
const SHOWN_OF: Partial<Readonly<Record<ConversationOutcome, number>>> = {
  established: 1,
  'icmp-error': 2,
};

/** What works needs no more than its first packet; of what fails, those that were lost come first. */
function worthFollowing({ journeys, facts, outcome }: Conversation): readonly Journey[] {
  const lost = new Set(
    facts.flatMap((fact) => (fact.kind === 'lost-after' ? fact.journeys.slice(0, 1) : [])),
  );
  const first = journeys.slice(0, SHOWN_OF[outcome] ?? SHOWN_PACKETS);
  const ended = journeys.filter((journey) => lost.has(journey.id) && !first.includes(journey));
  return [...first, ...ended.slice(0, SHOWN_PACKETS)];
}

function journeyLines(journey: Journey, direction: string, level: Level, canvas: Canvas): string[] {
  const [first] = journey.sightings;
  if (!first) return [];
  const again =
    journey.retransmissionOf === null ? '' : `, sent again (first as ${journey.retransmissionOf})`;
  const maybe = journey.mayBe.length === 0 ? '' : `, or it is ${mayBeWords(journey.mayBe)}`;
  const lines = [
    `   packet ${journey.id}: ${packetWords(first.packet)}${direction}${again}${maybe}`,
  ];
  if (level !== 'detailed' && journey.sightings.length > LONG_WAY) {
    return [...lines, ...stageLines(journey.sightings, canvas)];
  }
  const places = journey.sightings.map(vantageWords);
  const width = Math.max(...places.map(displayWidth));
  const devices = journey.sightings.map(deviceWords);
  const deviceWidth = Math.max(14, ...devices.map(displayWidth));
  let before: Observation | null = null;
  journey.sightings.forEach((sighting, index) => {
    const address = addressWords(sighting.packet);
    const change = before === null ? null : changeWords(before, sighting);
    const shownAddress = change ? canvas.style.changed(`${address}  <- ${change}`) : address;
    const source = level === 'detailed' ? `  ${formatSource(sighting.source)}` : '';
    const device = padTo(devices[index] ?? '', deviceWidth);
    lines.push(`     ${padTo(places[index] ?? '', width)}  ${device} ${shownAddress}${source}`);
    before = sighting;
  });
  return lines;
}

function mayBeWords(ids: readonly number[]): string {
  return `packet ${ids.slice(0, 4).join(' or ')}${ids.length > 4 ? ' or another' : ''}, which shows the same`;
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
