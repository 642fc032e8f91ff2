import type { Conversation, Evidence, EvidenceGroup, Journey } from '../evidence.ts';
import type { Observation } from '../observation.ts';
import { align, type JourneyComparison } from './align.ts';
import { type Sides, sidesOf } from './step-place.ts';

export interface FlowComparison {
  /** The first packet of the client. */
  readonly request: JourneyComparison;
  /** The first answer to it; without steps when neither flow has one. */
  readonly reply: JourneyComparison;
}

/** Compares the first packets and the first answers of two connections. */
export function compareConversations(
  a: Conversation,
  b: Conversation,
  groups: readonly EvidenceGroup[] = [],
): FlowComparison {
  return compareViews(viewOf([a]), viewOf([b]), sidesOf(groups));
}

/** Compares two kinds of flow: each may have been logged and captured at different attempts. */
export function compareFlowClasses(a: number, b: number, evidence: Evidence): FlowComparison {
  const view = (id: number): FlowView => viewOf(representatives(id, evidence));
  return compareViews(view(a), view(b), sidesOf(evidence.groups));
}

interface FlowView {
  readonly request: readonly Observation[];
  readonly reply: readonly Observation[];
  readonly watched: readonly Observation[];
}

function viewOf(conversations: readonly Conversation[]): FlowView {
  const watched = conversations.flatMap((conversation) =>
    conversation.journeys.flatMap((journey) => journey.sightings),
  );
  return {
    request: conversations.flatMap((conversation) => firstOf(conversation, false)),
    reply: conversations.flatMap((conversation) => firstOf(conversation, true)),
    watched,
  };
}

function firstOf(conversation: Conversation, reply: boolean): readonly Observation[] {
  const isReply = (journey: Journey): boolean => conversation.replies.includes(journey.id);
  return conversation.journeys.find((journey) => isReply(journey) === reply)?.sightings ?? [];
}

/** The class's first logged and its first captured connection; often they are one. */
function representatives(id: number, evidence: Evidence): readonly Conversation[] {
  const members = evidence.conversations.filter((conversation) => conversation.flowClass === id);
  const has = (kind: 'log' | 'capture') => (conversation: Conversation) =>
    firstOf(conversation, false).some((sighting) => sighting.vantage.kind === kind);
  const found = [members.find(has('log')), members.find(has('capture'))];
  return [...new Set(found.filter((conversation) => conversation !== undefined))];
}

function compareViews(a: FlowView, b: FlowView, sides: Sides): FlowComparison {
  const part = (of: 'request' | 'reply') =>
    align(
      { sightings: a[of], watched: a.watched },
      { sightings: b[of], watched: b.watched },
      sides,
    );
  return { request: part('request'), reply: part('reply') };
}
