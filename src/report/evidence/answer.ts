import type {
  Conversation,
  ConversationOutcome,
  Evidence,
  EvidenceGroup,
} from '../../evidence/evidence.ts';
import {
  dropWords,
  isStuck,
  isWaiting,
  latest,
  socketWords,
  trackedWords,
} from './beside-lines.ts';
import { type Sightings, sightingsById } from './fact-lines.ts';
import { conversationWords, vantageWords } from './words.ts';

const FAILED: readonly ConversationOutcome[] = ['unanswered', 'reset', 'icmp-error'];

const FAILURES: Partial<Readonly<Record<ConversationOutcome, string>>> = {
  unanswered: 'unanswered',
  reset: 'reset',
  'icmp-error': 'ended by an ICMP error',
};

/** What the packets say, in one line: how many conversations failed and which, and what was lost. */
export function answerLine(evidence: Evidence): string {
  const { conversations, groups } = evidence;
  const total = conversations.length;
  if (total === 0) return withoutPackets(evidence);
  const failed = conversations.filter(({ outcome }) => FAILED.includes(outcome));
  const [only] = failed;
  const lost = lostWords(conversations);
  if (!only) {
    const open = conversations.filter(({ outcome }) => outcome !== 'established').length;
    const rest = open === 0 ? '' : `; of ${open} too little was seen to tell`;
    return `No conversation of ${total} is seen to fail${rest}${lost}.`;
  }
  if (failed.length === 1) {
    const outcome = FAILURES[only.outcome] ?? only.outcome;
    const which = `#${only.id} ${conversationWords(only)}`;
    const last =
      only.outcome === 'unanswered' ? lastSeen(only, groups, sightingsById({ conversations })) : '';
    return `${total === 1 ? 'The conversation' : `1 of ${total} conversations`} failed: ${which} is ${outcome}${last}${lost}.`;
  }
  const kinds = FAILED.flatMap((outcome) => {
    const count = failed.filter((conversation) => conversation.outcome === outcome).length;
    return count === 0 ? [] : [`${count} ${FAILURES[outcome] ?? outcome}`];
  });
  return `${failed.length} of ${total} conversations failed: ${kinds.join(', ')}${lost}.`;
}

/** What the listings of other tools say where no packet was seen. */
function withoutPackets({ tracked, sockets, drops, counters }: Evidence): string {
  const entries = latest(tracked);
  const waiting = entries.filter(isWaiting);
  const stuck = sockets.filter(isStuck);
  const [entry] = waiting;
  const [socket] = stuck;
  const [drop] = drops;
  const grown = counters.filter(({ delta }) => delta > 0).length;
  const found = [
    ...(entry
      ? [
          `${among(waiting.length, entries.length, 'tracked connection')} without an answer: ${trackedWords(entry)}`,
        ]
      : []),
    ...(socket
      ? [`${among(stuck.length, sockets.length, 'socket')} waiting: ${socketWords(socket)}`]
      : []),
    ...(drop
      ? [`${drops.length} drop${drops.length === 1 ? '' : 's'}, the first: ${dropWords(drop)}`]
      : []),
    ...(grown > 0 ? [`${grown} counter${grown === 1 ? '' : 's'} that grew`] : []),
  ];
  if (found.length > 0) return `No packets were seen; ${found.join('; ')}.`;
  const listed = entries.length + sockets.length;
  return listed > 0
    ? `No packets were seen; of ${listed} listed connections none waits for an answer.`
    : 'No packets of any connection were found.';
}

function among(count: number, total: number, noun: string): string {
  return total === 1 ? `1 ${noun}` : `${count} of ${total} ${noun}s`;
}

/** Where the furthest of the client's packets was seen last. */
function lastSeen(
  { journeys, facts }: Conversation,
  groups: readonly EvidenceGroup[],
  sightings: Sightings,
): string {
  const furthest = journeys.toSorted((a, b) => b.sightings.length - a.sightings.length)[0];
  const last = furthest?.sightings.at(-1);
  if (!last) return '';
  const lost = facts.find((fact) => fact.kind === 'lost-after' && fact.direction === 'original');
  const next = lost?.kind === 'lost-after' ? sightings.get(lost.next) : undefined;
  const went = next ? `, where others went on to ${vantageWords(next)}` : '';
  const side = groups.find(({ id }) => id === last.vantage.group)?.side ?? null;
  const at = last.vantage.node === null && side !== null ? `, ${side} side` : '';
  return `, last seen at ${vantageWords(last)}${at}${went}`;
}

function lostWords(conversations: readonly Conversation[]): string {
  const lost = new Set<number>();
  for (const { facts } of conversations) {
    for (const fact of facts) {
      if (fact.kind === 'lost-after') for (const id of fact.journeys) lost.add(id);
    }
  }
  if (lost.size === 0) return '';
  return `; ${lost.size} packet${lost.size === 1 ? '' : 's'} got less far than others of the same kind`;
}
