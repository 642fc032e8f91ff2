import type {
  ClockOffset,
  Conversation,
  ConversationOutcome,
  Endpoint,
  EvidenceGroup,
} from '../../evidence/evidence.ts';
import { type Observation, type ObservedPacket, subject } from '../../evidence/observation.ts';
import { formatAddress } from '../../packet/address.ts';
import type { TcpFlags } from '../../packet/packet.ts';
import { protocolName } from '../../packet/protocol.ts';
import { hostPort, placeName } from '../trace/words.ts';

/** Words for observations, shared by the renderings of evidence and comparisons. */

export const OUTCOMES: Readonly<Record<ConversationOutcome, string>> = {
  established: 'established: the reply was seen and acknowledged',
  answered: 'answered: a reply was seen, its arrival at the client was not',
  reset: 'reset',
  'icmp-error': 'ended by an ICMP error',
  unanswered: "unanswered: only the client's packets were seen",
  unknown: 'too little was seen to tell',
};

export function endpointWords({ address, port }: Endpoint): string {
  return hostPort(formatAddress(address), port);
}

/** `10.39.0.17:34397 -> 10.254.51.153:80 (192.168.67.4:8082) tcp`. */
export function conversationWords(conversation: Conversation): string {
  const { client, service, endpoint, protocol } = conversation;
  const translated = endpoint === null ? '' : ` (${endpointWords(endpoint)})`;
  return `${endpointWords(client)} -> ${endpointWords(service)}${translated} ${protocolName(protocol)}`;
}

const FLAG_NAMES: readonly (readonly [keyof TcpFlags, string])[] = [
  ['syn', 'SYN'],
  ['fin', 'FIN'],
  ['rst', 'RST'],
  ['psh', 'PSH'],
  ['ack', 'ACK'],
  ['urg', 'URG'],
  ['ece', 'ECE'],
  ['cwr', 'CWR'],
];

/** `SYN`, `SYN-ACK`, `UDP datagram`, `ICMP 8/0`. */
export function packetWords(observed: ObservedPacket): string {
  const packet = subject(observed);
  if (packet.tcp) {
    const { flags } = packet.tcp;
    const names = FLAG_NAMES.filter(([flag]) => flags[flag]).map(([, name]) => name);
    return names.join('-') || 'TCP segment';
  }
  if (packet.icmp) return `ICMP ${packet.icmp.type}/${packet.icmp.code}`;
  return `${protocolName(packet.protocol).toUpperCase()} packet`;
}

/** `10.39.0.17:34397 > 192.168.67.4:8082`. */
export function addressWords(observed: ObservedPacket): string {
  const packet = subject(observed);
  const side = (address: string, port: number | null, name: string | null): string =>
    port === null && name !== null ? `${address}:${name}` : hostPort(address, port);
  const from = side(formatAddress(packet.source), packet.sport, packet.sportName);
  const to = side(formatAddress(packet.destination), packet.dport, packet.dportName);
  return `${from} > ${to}`;
}

/** Where an observation was made: node, then hook and table, or device. */
export function vantageWords({ vantage, packet }: Observation): string {
  const { node: host, netns } = vantage;
  const node = host === null ? [] : [placeName({ node: host, netns })];
  const carrier = packet.encapsulation ? [`in ${packet.encapsulation.kind}`] : [];
  if (vantage.kind === 'capture') {
    return [...node, vantage.device ?? vantage.label, ...carrier].join(' ');
  }
  const hook =
    vantage.hook === null
      ? [vantage.label.trim()]
      : [vantage.hook, ...(vantage.table === null ? [] : [vantage.table])];
  return [...node, ...hook, ...carrier].join(' ');
}

/** The devices that a log line shows. */
export function deviceWords({ vantage }: Observation): string {
  const parts: string[] = [];
  if (vantage.iif) parts.push(`in ${vantage.iif}`);
  if (vantage.oif) parts.push(`out ${vantage.oif}`);
  return parts.join(' ');
}

/** A log or capture with where it was made. */
export function groupWords(group: EvidenceGroup): string {
  const where = [
    group.node === null ? null : `on ${placeName({ node: group.node, netns: group.netns })}`,
    group.device === null ? null : `at ${group.device}`,
    group.side === null ? null : `${group.side} side`,
  ].filter((part) => part !== null);
  const own = group.label.trim();
  const label = own === '' || own === group.file ? '' : ` '${own}'`;
  const known = where.length > 0 ? where.join(', ') : 'place unknown';
  return `${group.kind}${label}: ${known} (${group.file})`;
}

const BOUNDS: Readonly<Record<ClockOffset['bound'], string>> = {
  both: '',
  'at-least': 'at least ',
  'at-most': 'at most ',
};

/** `the clock of n2 is behind that of n1 by 48.1 ms (±0.4 ms, 10 packets)`. */
export function clockWords(clock: ClockOffset, groups: readonly EvidenceGroup[]): string {
  const [behind, ahead] = clock.offset >= 0 ? [clock.b, clock.a] : [clock.a, clock.b];
  const by = `${BOUNDS[clock.bound]}${milliseconds(Math.abs(clock.offset))}`;
  const packets = `${clock.pairs} packet${clock.pairs === 1 ? '' : 's'}`;
  const exact = `±${milliseconds(clock.error)}, ${packets}`;
  const drift = driftWords(clock);
  return `the clock of ${clockName(behind, groups)} is behind that of ${clockName(ahead, groups)} by ${by} (${exact}${drift})`;
}

/** A drift that is larger than its error; the one that is behind falls back, or catches up. */
function driftWords({ offset, drift, driftError }: ClockOffset): string {
  if (drift === null || driftError === null || Math.abs(drift) <= driftError) return '';
  const micro = (value: number): string => (Math.abs(value) * 1e6).toFixed(1);
  const way = drift > 0 === offset >= 0 ? 'more' : 'less';
  return `, ${micro(drift)} µs ${way} each second ±${micro(driftError)}`;
}

/** Of many comparisons those that connect all clocks, the surest ones. */
export function connectingClocks(clocks: readonly ClockOffset[]): readonly ClockOffset[] {
  const parent = new Map<string, string>();
  const find = (clock: string): string => {
    const up = parent.get(clock);
    return up === undefined ? clock : find(up);
  };
  const sure = clocks.toSorted((x, y) => rank(x) - rank(y) || x.error - y.error);
  const kept = new Set<ClockOffset>();
  for (const clock of sure) {
    const [a, b] = [find(clock.a), find(clock.b)];
    if (a === b) continue;
    parent.set(a, b);
    kept.add(clock);
  }
  return clocks.filter((clock) => kept.has(clock));
}

function rank({ bound }: ClockOffset): number {
  return bound === 'both' ? 0 : 1;
}

/** A clock is a node's; where the node is not known, that of the capture it was read from. */
function clockName(clock: string, groups: readonly EvidenceGroup[]): string {
  const group = groups.find((each) => each.clock === clock);
  if (!group) return clock;
  return group.node ?? `'${group.label.trim() || group.file}'`;
}

function milliseconds(seconds: number): string {
  const value = seconds * 1000;
  return value >= 1000 ? `${seconds.toFixed(1)} s` : `${value.toFixed(value >= 100 ? 0 : 1)} ms`;
}
