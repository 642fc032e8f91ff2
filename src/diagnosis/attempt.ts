import type { Conversation, Endpoint, Evidence, Statement } from '../evidence/evidence.ts';
import type { Observation } from '../evidence/observation.ts';
import { type Address, formatAddress, sameAddress } from '../packet/address.ts';
import type { Symptom } from './diagnosis.ts';

type ClientCommand = Extract<Statement, { readonly kind: 'client-command' }>;

/** All tries of one client to reach one destination in one way, as evidence shows them. */
export interface Attempt {
  readonly protocol: number;
  readonly client: Address;
  /** What the client addressed, before translation, as far as any try shows it. */
  readonly service: Endpoint;
  readonly endpoint: Endpoint | null;
  readonly conversations: readonly Conversation[];
  readonly commands: readonly ClientCommand[];
  /** Null when the packets and commands do not tell. */
  readonly symptom: Symptom | null;
}

/**
 * The flow classes of the evidence, split by the way their first packets went: a client that is
 * bound to another device can have the same addresses.
 */
export function attemptsOf(evidence: Evidence): readonly Attempt[] {
  const conversations = new Map(evidence.conversations.map((item) => [item.id, item]));
  const commands = evidence.statements.filter((statement) => statement.kind === 'client-command');
  return evidence.flowClasses.flatMap((flowClass) => {
    const members = flowClass.conversations
      .map((id) => conversations.get(id))
      .filter((conversation) => conversation !== undefined);
    return splitByWay(members).map((group): Attempt => {
      const own = commands.filter((command) =>
        isCommandOf(command, group, flowClass.service, evidence),
      );
      return {
        protocol: flowClass.protocol,
        client: flowClass.client,
        service: flowClass.service,
        endpoint: flowClass.endpoint,
        conversations: group,
        commands: own,
        symptom: symptomOf(group, own),
      };
    });
  });
}

/** Captures that ran for two conversations show the first packet of both, or they parted. */
function splitByWay(conversations: readonly Conversation[]): readonly (readonly Conversation[])[] {
  const ways: { readonly captures: ReadonlySet<string>; readonly members: Conversation[] }[] = [];
  for (const conversation of conversations) {
    const captures = firstPacketCaptures(conversation);
    const way = ways.find((candidate) => mayBeOneWay(candidate.captures, captures));
    if (way) way.members.push(conversation);
    else ways.push({ captures, members: [conversation] });
  }
  return ways.map(({ members }) => members);
}

function mayBeOneWay(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  const common = [...a].filter((group) => b.has(group)).length;
  return common === 0 || (common === a.size && common === b.size);
}

function firstPacketCaptures(conversation: Conversation): ReadonlySet<string> {
  const replies = new Set(conversation.replies);
  const first = conversation.journeys.find(({ id }) => !replies.has(id));
  return new Set(
    (first?.sightings ?? [])
      .filter(({ vantage }) => vantage.kind === 'capture')
      .map(({ vantage }) => vantage.group),
  );
}

function isCommandOf(
  command: ClientCommand,
  conversations: readonly Conversation[],
  service: Endpoint,
  evidence: Evidence,
): boolean {
  if (command.to.host !== formatAddress(service.address)) return false;
  if (command.to.port !== null && service.port !== null && command.to.port !== service.port) {
    return false;
  }
  const client = conversations[0]?.client.address;
  if (!client) return false;
  const bound = boundDeviceOf(conversations);
  if (command.boundTo === null) {
    return bound === null && !evidence.statements.some((other) => bindsTo(other, client, evidence));
  }
  return command.boundTo === bound || bindsTo(command, client, evidence);
}

/** Whether a statement is a command whose socket was bound to this address or its device. */
function bindsTo(statement: Statement, client: Address, evidence: Evidence): boolean {
  if (statement.kind !== 'client-command' || statement.boundTo === null) return false;
  const { boundTo } = statement;
  return (
    boundTo === formatAddress(client) ||
    evidence.statements.some(
      (other) =>
        other.kind === 'address' && other.device === boundTo && sameAddress(other.address, client),
    )
  );
}

/** What the log shows of one packet at both ends of the output path. */
export interface OutputLines {
  readonly first: Observation;
  readonly last: Observation | null;
}

/** The first packet's first line in OUTPUT and its last one in POSTROUTING, when logged. */
export function outputLines(conversations: readonly Conversation[]): OutputLines | null {
  for (const { journeys } of conversations) {
    for (const { sightings } of journeys) {
      const first = sightings.find(({ vantage }) => vantage.hook === 'output' && vantage.oif);
      if (!first) continue;
      const last = sightings.findLast(
        ({ vantage }) => vantage.hook === 'postrouting' && vantage.oif,
      );
      return { first, last: last ?? null };
    }
  }
  return null;
}

/**
 * The device a client's socket may have been bound to. A packet that changes its device in nat
 * OUTPUT was not bound to one: ip_route_me_harder() keeps SO_BINDTODEVICE.
 */
export function boundDeviceOf(conversations: readonly Conversation[]): string | null {
  const lines = outputLines(conversations);
  if (!lines?.last) return null;
  return lines.first.vantage.oif === lines.last.vantage.oif ? lines.first.vantage.oif : null;
}

function symptomOf(
  conversations: readonly Conversation[],
  commands: readonly ClientCommand[],
): Symptom | null {
  const seen = new Set(
    [...conversations.map(symptomOfPackets), ...commands.map(symptomOfCommand)].filter(
      (symptom) => symptom !== null,
    ),
  );
  if (seen.size > 1 && seen.has('works')) return 'intermittent';
  for (const symptom of ['refused', 'unreachable', 'reset', 'timeout', 'works'] as const) {
    if (seen.has(symptom)) return symptom;
  }
  return null;
}

function symptomOfPackets(conversation: Conversation): Symptom | null {
  switch (conversation.outcome) {
    case 'established':
      return 'works';
    case 'reset':
      return wasAccepted(conversation) ? 'reset' : 'refused';
    case 'icmp-error':
      return 'unreachable';
    case 'answered':
    case 'unanswered':
      return 'timeout';
    case 'unknown':
      return null;
  }
}

function wasAccepted(conversation: Conversation): boolean {
  return conversation.journeys.some(({ sightings }) =>
    sightings.some(({ packet }) => packet.tcp?.flags.syn === true && packet.tcp.flags.ack === true),
  );
}

function symptomOfCommand(command: ClientCommand): Symptom | null {
  switch (command.result) {
    case 'answered':
      return 'works';
    case 'interrupted':
    case 'timeout':
      return 'timeout';
    case 'refused':
      return 'refused';
    case 'unreachable':
      return 'unreachable';
    case 'unknown':
      return null;
  }
}
