import type { Conversation, Evidence, Journey } from '../../evidence/evidence.ts';
import { type Plain, plain } from '../json/plain.ts';

export const EVIDENCE_SCHEMA = 'hookline/evidence/v1';

/** Evidence as other programs read it: packets are listed once and named by their ids. */
export interface EvidenceJson extends Omit<Plain<Evidence>, 'journeys' | 'conversations'> {
  readonly schema: typeof EVIDENCE_SCHEMA;
  readonly journeys: readonly JourneyJson[];
  readonly conversations: readonly ConversationJson[];
}

export interface JourneyJson extends Omit<Plain<Journey>, 'sightings'> {
  /** Ids of observations, in path order. */
  readonly sightings: readonly number[];
}

export interface ConversationJson extends Omit<Plain<Conversation>, 'journeys'> {
  /** Ids of journeys. */
  readonly journeys: readonly number[];
}

export function evidenceJson(evidence: Evidence): EvidenceJson {
  return {
    schema: EVIDENCE_SCHEMA,
    ...plain({ ...evidence, journeys: undefined, conversations: undefined }),
    journeys: evidence.journeys.map((journey) => ({
      ...plain(journey),
      sightings: journey.sightings.map(({ id }) => id),
    })),
    conversations: evidence.conversations.map((conversation) => ({
      ...plain(conversation),
      journeys: conversation.journeys.map(({ id }) => id),
    })),
  };
}
