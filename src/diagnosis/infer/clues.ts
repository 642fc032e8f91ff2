import type { Endpoint, Evidence, EvidenceGroup } from '../../evidence/evidence.ts';
import { type Observation, subject } from '../../evidence/observation.ts';
import { type Address, formatAddress, sameAddress } from '../../packet/address.ts';
import type { SourceRef } from '../../packet/source-ref.ts';
import { type Attempt, boundDeviceOf, outputLines } from '../attempt.ts';
import { isOverlay, kindOfName } from './device-kind.ts';
import type { FactSheet } from './fact-sheet.ts';
import type { GivenFacts } from './given-facts.ts';

/** What the lines about one destination say, before a network is built from it. */
export interface Clues {
  readonly clientNode: string;
  readonly endpointNode: string;
  /** Tries to reach the same destination, the one to explain first. */
  readonly attempts: readonly Attempt[];
  readonly service: Endpoint;
  readonly endpoint: Endpoint;
  /** The first lookup's device of a client that was bound to none. */
  readonly firstDevice: string;
  /** The device by which the first packet left the client's node. */
  readonly lastDevice: string;
  /** Set when the client's packets come into the node by a device. */
  readonly arrivesOn: string | null;
  readonly translated: boolean;
  readonly translatedClient: Address | null;
}

const DEFAULT_DEVICE = 'eth0';

/** Gathers what the network is built from. Each clue is put down with its lines. */
export function gatherClues(
  evidence: Evidence,
  attempts: readonly Attempt[],
  asked: Endpoint | null,
  given: GivenFacts | null,
  sheet: FactSheet,
): Clues | null {
  const primary = attempts[0];
  if (!primary) return null;
  const { service, endpoint } = destinationOf(primary, asked, given, sheet);
  const clientNode = nameOf('client', evidence, primary, given, sheet);
  const endpointNode = nameOf('endpoint', evidence, primary, given, sheet);
  const devices = devicesOf(evidence, attempts, clientNode, service, sheet);
  const samePlace =
    sameAddress(endpoint.address, service.address) && endpoint.port === service.port;
  return {
    clientNode,
    endpointNode: endpointNode === clientNode ? `${endpointNode}-endpoint` : endpointNode,
    attempts,
    service,
    endpoint,
    ...devices,
    translated: !samePlace,
    translatedClient:
      primary.conversations.find(({ translatedClient }) => translatedClient)?.translatedClient
        ?.address ?? null,
  };
}

function destinationOf(
  primary: Attempt,
  asked: Endpoint | null,
  given: GivenFacts | null,
  sheet: FactSheet,
): { readonly service: Endpoint; readonly endpoint: Endpoint } {
  const seenService = primary.service;
  const seenEndpoint = primary.endpoint ?? seenService;
  // Asking about the endpoint asks about the flow that was translated to it.
  const byEndpoint =
    asked !== null && primary.endpoint !== null && sameEnd(asked, primary.endpoint);
  const service = given?.service ?? (byEndpoint ? null : asked) ?? seenService;
  const endpoint = given?.endpoint ?? seenEndpoint;
  const lines = outputLines(primary.conversations);
  const refs = [lines?.first.source, lines?.last?.source].filter((ref) => ref !== undefined);
  if (!sameAddress(service.address, endpoint.address)) {
    sheet.add(
      refs.length > 0 && !given?.service ? 'translation' : 'translation-given',
      {
        service: endpointText(service),
        endpoint: endpointText(endpoint),
      },
      refs,
    );
  }
  return { service, endpoint };
}

/** Whether an asked destination is this one; no port asked means any. */
function sameEnd(asked: Endpoint, end: Endpoint): boolean {
  return (
    sameAddress(asked.address, end.address) && (asked.port === null || asked.port === end.port)
  );
}

/** `address:port`, or the address alone. */
function endpointText({ address, port }: Endpoint): string {
  return port === null ? formatAddress(address) : `${formatAddress(address)}:${port}`;
}

/** The node's name: given, printed by its log, in the path of its files, or its role. */
function nameOf(
  role: 'client' | 'endpoint',
  evidence: Evidence,
  primary: Attempt,
  given: GivenFacts | null,
  sheet: FactSheet,
): string {
  const named = given?.nodes.find((node) => node.role === role)?.name;
  if (named) return named;
  const groups = groupsOf(evidence, primary);
  const side = role === 'client' ? 'client' : 'server';
  const group =
    groups.find((candidate) => candidate.side === side && candidate.node !== null) ??
    (role === 'client'
      ? groups.find((candidate) => candidate.kind === 'log' && candidate.node !== null)
      : undefined);
  if (group?.node) return group.node;
  const node = `${role}-node`;
  sheet.add('stand-in-node', { node, role }, []);
  return node;
}

function groupsOf(evidence: Evidence, attempt: Attempt): readonly EvidenceGroup[] {
  const ids = new Set(
    attempt.conversations.flatMap(({ journeys }) =>
      journeys.flatMap(({ sightings }) => sightings.map(({ vantage }) => vantage.group)),
    ),
  );
  return evidence.groups.filter(({ id }) => ids.has(id));
}

type DeviceClues = Pick<Clues, 'firstDevice' | 'lastDevice' | 'arrivesOn'>;

function devicesOf(
  evidence: Evidence,
  attempts: readonly Attempt[],
  node: string,
  service: Endpoint,
  sheet: FactSheet,
): DeviceClues {
  const primary = attempts[0];
  const conversations = primary?.conversations ?? [];
  const lines = outputLines(conversations);
  const captured = clientCapture(evidence, conversations.flatMap(firstSightings));
  const arrival = conversations
    .flatMap(firstSightings)
    .find(({ vantage }) => vantage.kind === 'log' && vantage.iif !== null && vantage.iif !== '');
  const first = lines?.first.vantage.oif ?? null;
  const last = lines?.last?.vantage.oif ?? forwardedTo(conversations.flatMap(firstSightings));
  const firstDevice = unboundDevice(attempts) ?? first ?? physicalName(captured);
  if (lines && first) {
    const source = subject(lines.first.packet).source;
    sheet.add(
      'output-route',
      { node, destination: endpointText(service), device: first, source: formatAddress(source) },
      [lines.first.source],
    );
  }
  if (lines?.last && last && last !== first) {
    const { destination } = subject(lines.last.packet);
    sheet.add(
      'reroute',
      { node, destination: formatAddress(destination), device: last, before: first ?? '' },
      [lines.first.source, lines.last.source],
    );
  }
  return {
    firstDevice,
    lastDevice: last ?? captured?.vantage.device ?? firstDevice,
    arrivesOn: lines ? null : (arrival?.vantage.iif ?? null),
  };
}

function forwardedTo(sightings: readonly Observation[]): string | null {
  return (
    sightings.findLast(({ vantage }) => vantage.kind === 'log' && vantage.oif)?.vantage.oif ?? null
  );
}

function firstSightings(conversation: Attempt['conversations'][number]): readonly Observation[] {
  const replies = new Set(conversation.replies);
  return conversation.journeys.find(({ id }) => !replies.has(id))?.sightings ?? [];
}

/** The capture nearest to the client. */
function clientCapture(
  evidence: Evidence,
  sightings: readonly Observation[],
): Observation | undefined {
  const sides = new Map(evidence.groups.map(({ id, side }) => [id, side]));
  const captures = sightings.filter(({ vantage }) => vantage.kind === 'capture' && vantage.device);
  return captures.find(({ vantage }) => sides.get(vantage.group) === 'client') ?? captures[0];
}

function physicalName(captured: Observation | undefined): string {
  const device = captured?.vantage.device;
  return device && kindOfName(device) === 'physical' ? device : DEFAULT_DEVICE;
}

/**
 * The first lookup's device of a socket that is bound to none: of a packet that changed its
 * device later, or of a command without such an option.
 */
function unboundDevice(attempts: readonly Attempt[]): string | null {
  const changed = attempts.find(
    ({ conversations }) => outputLines(conversations)?.last && !boundDeviceOf(conversations),
  );
  const unbound = attempts.find(({ commands }) => commands.some(({ boundTo }) => boundTo === null));
  const chosen = changed ?? unbound;
  return (chosen && outputLines(chosen.conversations)?.first.vantage.oif) ?? null;
}

/** An address of a device of the client's node. */
export interface AddressClue {
  readonly device: string;
  readonly address: Address;
  readonly prefixLength: number | null;
  readonly source: SourceRef;
}

/** Addresses that statements give, and those the first lookups chose. */
export function addressClues(
  evidence: Evidence,
  clues: Clues,
  sheet: FactSheet,
): readonly AddressClue[] {
  const found = new Map<string, AddressClue>();
  for (const statement of evidence.statements) {
    if (statement.kind !== 'address' || statement.device === null) continue;
    const { device, address, prefixLength, source } = statement;
    found.set(`${device} ${formatAddress(address)}`, { device, address, prefixLength, source });
  }
  for (const attempt of clues.attempts) {
    const line = outputLines(attempt.conversations)?.first;
    const device = line?.vantage.oif;
    if (!line || !device) continue;
    const key = `${device} ${formatAddress(attempt.client)}`;
    const stated = found.get(key);
    const { source } = line;
    found.set(key, {
      device,
      address: attempt.client,
      prefixLength: stated?.prefixLength ?? null,
      source: stated?.source ?? source,
    });
  }
  for (const clue of found.values()) {
    sheet.add(
      'device-address',
      {
        node: clues.clientNode,
        device: clue.device,
        address: formatAddress(clue.address),
        ...(clue.prefixLength === null ? {} : { prefixLength: clue.prefixLength }),
      },
      [clue.source],
    );
  }
  return [...found.values()];
}

const TCP_OVER_IP = 40;

/**
 * MTUs by device: a client's MSS is that of the route it looked up first, less the headers. It is
 * not recomputed when the packet is routed again. Linux: tcp_connect_init(), ip_route_me_harder().
 */
export function mtuClues(clues: Clues, sheet: FactSheet): ReadonlyMap<string, number> {
  const mtus = new Map<string, number>();
  for (const attempt of clues.attempts) {
    const device = deviceOfAttempt(attempt, clues);
    for (const conversation of attempt.conversations) {
      const syn = firstSightings(conversation).find(({ packet }) => subject(packet).tcp?.mss);
      const mss = syn && subject(syn.packet).tcp?.mss;
      if (!syn || !mss || mtus.has(device)) continue;
      mtus.set(device, mss + TCP_OVER_IP);
      sheet.add('device-mtu', { node: clues.clientNode, device, mss, mtu: mss + TCP_OVER_IP }, [
        syn.source,
      ]);
    }
  }
  return mtus;
}

/** The device of an attempt's first lookup. */
function deviceOfAttempt(attempt: Attempt, clues: Clues): string {
  const bound = attempt.commands.find(({ boundTo }) => boundTo !== null)?.boundTo;
  const logged = outputLines(attempt.conversations)?.first.vantage.oif;
  return logged ?? (bound && !/^[\d.]+$/.test(bound) ? bound : clues.firstDevice);
}

/** Whether the client's packets travel inside others. */
export function usesOverlay(clues: Clues): boolean {
  return isOverlay(clues.lastDevice);
}
