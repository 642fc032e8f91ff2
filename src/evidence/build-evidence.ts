import type { Parsed } from '../packet/issue.ts';
import type { Evidence, EvidenceGroup, Side } from './evidence.ts';
import { absoluteSequences } from './join/absolute-sequences.ts';
import { openCarriers } from './join/carriers.ts';
import { clockCorrections, compareClocks, tellingOffsets } from './join/clocks.ts';
import { confirmStatements } from './join/confirm.ts';
import { type Connection, groupConnections } from './join/connection.ts';
import { conversationOf } from './join/conversations.ts';
import { dropObservations, separateDrops } from './join/drop-sightings.ts';
import { withFacts } from './join/fact/conversation-facts.ts';
import { classify } from './join/flow-classes.ts';
import { groupsOf } from './join/groups.ts';
import { joinPackets } from './join/join-packets.ts';
import { placeLogLines } from './join/log-places.ts';
import { inferNodes, settleVantage } from './join/nodes.ts';
import { resolvePortNames } from './join/port-names.ts';
import { inferSides } from './join/sides.ts';
import type { Observation } from './observation.ts';
import type { EvidencePart } from './part.ts';
import { counterDeltas } from './read-nstat.ts';

/** Joins what the files gave: one packet's sightings, one connection's packets, clocks, sides. */
export function buildEvidence(parts: readonly Parsed<EvidencePart>[]): Evidence {
  const statements = parts.flatMap((part) => part.value.statements);
  const read = parts.flatMap((part) => part.value.observations);
  const numbered = read.map((observation, id): Observation => ({ ...observation, id }));
  const named = resolvePortNames(numbered, statements);
  const placed = placeLogLines(named.value, statements);
  const tracked = parts.flatMap((part) => part.value.tracked);
  const observed = openCarriers(absoluteSequences(placed.value));
  const dropped = parts.flatMap((part) => part.value.drops);
  const sightings = [...observed, ...dropObservations(dropped, observed.length)];
  const { packets, drops } = separateDrops(joinPackets(sightings, tracked), observed.length);
  const joined = groupConnections(packets);

  const labels = parts.flatMap((part) => part.value.labels);
  const sided = inferSides(groupsOf(observed), joined, labels);
  const groups = inferNodes(sided, joined);
  const byId = new Map(groups.map((group) => [group.id, group]));
  const settle = (observation: Observation): Observation => settleVantage(observation, byId);
  const connections = joined.map((connection) => settleConnection(connection, settle));

  const sideOf = sidesByGroup(groups);
  const offsets = compareClocks(connections, sideOf);
  const corrections = clockCorrections(new Set(groups.map(({ clock }) => clock)), offsets);
  const context = { corrections, sideOf };
  const unclassified = connections.flatMap(
    (connection, id) => conversationOf(connection, id, context) ?? [],
  );
  const { conversations: classified, flowClasses } = classify(unclassified);
  const conversations = withFacts(classified, drops, corrections);
  const observations = observed.map(settle);
  return {
    files: parts.map((part) => part.value.file),
    groups,
    observations,
    journeys: conversations.flatMap((conversation) => conversation.journeys),
    conversations,
    flowClasses,
    clocks: tellingOffsets(offsets),
    statements: confirmStatements(statements, conversations, observations),
    counters: counterDeltas(parts.flatMap((part) => part.value.counters)),
    drops: dropped,
    tracked,
    sockets: parts.flatMap((part) => part.value.sockets),
    issues: [...parts.flatMap((part) => part.issues), ...named.issues, ...placed.issues],
  };
}

function settleConnection(
  connection: Connection,
  settle: (observation: Observation) => Observation,
): Connection {
  const packets = connection.packets.map((packet) => ({
    ...packet,
    sightings: packet.sightings.map(settle),
  }));
  return { ...connection, packets };
}

function sidesByGroup(groups: readonly EvidenceGroup[]): ReadonlyMap<string, Side> {
  const sides = new Map<string, Side>();
  for (const { id, side } of groups) if (side) sides.set(id, side);
  return sides;
}
