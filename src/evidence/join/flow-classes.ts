import { formatAddress } from '../../packet/address.ts';
import type { Conversation, Endpoint, FlowClass } from '../evidence.ts';
import type { Unclassified } from './conversations.ts';
import { endpointKey } from './endpoints.ts';

export interface Classified {
  readonly conversations: readonly Omit<Conversation, 'facts'>[];
  readonly flowClasses: readonly FlowClass[];
}

interface Draft {
  readonly first: Unclassified;
  readonly service: Endpoint;
  endpoint: Endpoint | null;
  readonly members: number[];
}

/**
 * Groups connections of the same kind. A capture behind the translation shows only the endpoint:
 * such a connection belongs to the class whose service was seen translated to it.
 */
export function classify(conversations: readonly Unclassified[]): Classified {
  const drafts = new Map<string, Draft>();
  const byEndpoint = new Map<string, Draft[]>();
  const classOf = new Map<number, Draft>();
  const join = (conversation: Unclassified, draft: Draft): void => {
    draft.members.push(conversation.id);
    classOf.set(conversation.id, draft);
  };
  const open = (conversation: Unclassified): Draft => {
    const key = keyOf(conversation, conversation.service);
    const known = drafts.get(key);
    if (known) return known;
    const { service, endpoint } = conversation;
    const draft: Draft = { first: conversation, service, endpoint, members: [] };
    drafts.set(key, draft);
    return draft;
  };
  for (const conversation of conversations) {
    if (!conversation.endpoint) continue;
    const draft = open(conversation);
    draft.endpoint ??= conversation.endpoint;
    join(conversation, draft);
    const key = keyOf(conversation, conversation.endpoint);
    const list = byEndpoint.get(key) ?? [];
    if (!list.includes(draft)) byEndpoint.set(key, [...list, draft]);
  }
  for (const conversation of conversations) {
    if (conversation.endpoint) continue;
    const translated = byEndpoint.get(keyOf(conversation, conversation.service)) ?? [];
    const [only, ...others] = translated;
    join(conversation, only && others.length === 0 ? only : open(conversation));
  }
  return number(conversations, [...drafts.values()], classOf);
}

/** Client address, protocol and destination; the client's port is another one each time. */
function keyOf(conversation: Unclassified, destination: Endpoint): string {
  const { client, protocol } = conversation;
  return `${protocol} ${formatAddress(client.address)} ${endpointKey(destination)}`;
}

function number(
  conversations: readonly Unclassified[],
  drafts: readonly Draft[],
  classOf: ReadonlyMap<number, Draft>,
): Classified {
  const ordered = drafts.toSorted((a, b) => Math.min(...a.members) - Math.min(...b.members));
  const ids = new Map(ordered.map((draft, id) => [draft, id]));
  return {
    conversations: conversations.map((conversation) => {
      const draft = classOf.get(conversation.id);
      return { ...conversation, flowClass: (draft && ids.get(draft)) ?? 0 };
    }),
    flowClasses: ordered.map((draft, id) => ({
      id,
      protocol: draft.first.protocol,
      client: draft.first.client.address,
      service: draft.service,
      endpoint: draft.endpoint,
      conversations: draft.members.toSorted((a, b) => a - b),
    })),
  };
}
