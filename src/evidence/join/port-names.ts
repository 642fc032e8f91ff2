import { formatAddress } from '../../packet/address.ts';
import type { Issue, Parsed } from '../../packet/issue.ts';
import type { Statement } from '../evidence.ts';
import type { Observation, ObservedPacket } from '../observation.ts';

/**
 * Gives service names the number that other evidence shows: an address with one known
 * destination port has that one. Names that stay unknown stay names.
 */
export function resolvePortNames(
  observations: readonly Observation[],
  statements: readonly Statement[],
): Parsed<readonly Observation[]> {
  const named = observations.some(({ packet }) => packet.sportName || packet.dportName);
  if (!named) return { value: observations, issues: [] };
  const ports = knownPorts(observations, statements);
  const issues: Issue[] = [];
  const resolved = new Set<string>();
  const value = observations.map((observation) => {
    const { source } = observation;
    return {
      ...observation,
      packet: resolvePacket(observation.packet, ports, (name, port) => {
        const detail = `${name} ${port}`;
        if (!resolved.has(detail)) {
          issues.push({ code: 'port-name-resolved', severity: 'info', source, detail });
        }
        resolved.add(detail);
      }),
    };
  });
  return { value, issues };
}

type Ports = ReadonlyMap<string, ReadonlySet<number>>;

function knownPorts(observations: readonly Observation[], statements: readonly Statement[]): Ports {
  const ports = new Map<string, Set<number>>();
  const learn = (key: string, port: number): void => {
    const known = ports.get(key);
    if (known) known.add(port);
    else ports.set(key, new Set([port]));
  };
  for (const { packet } of observations) {
    const { tcp, dport } = packet;
    // Of a reply the destination port is the client's.
    const isReply = tcp?.flags.ack === true;
    if (dport !== null && !isReply) learn(formatAddress(packet.destination), dport);
  }
  for (const statement of statements) {
    if (statement.kind === 'address' && statement.port !== null) {
      learn(formatAddress(statement.address), statement.port);
    }
  }
  return ports;
}

function resolvePacket(
  packet: ObservedPacket,
  ports: Ports,
  note: (name: string, port: number) => void,
): ObservedPacket {
  const find = (name: string | null, address: string): number | null => {
    const known = name === null ? undefined : ports.get(address);
    const [only, ...others] = known ? [...known] : [];
    if (name === null || only === undefined || others.length > 0) return null;
    note(name, only);
    return only;
  };
  const sport = find(packet.sportName, formatAddress(packet.source));
  const dport = find(packet.dportName, formatAddress(packet.destination));
  const inner = packet.inner && resolvePacket(packet.inner, ports, note);
  return {
    ...packet,
    sport: sport ?? packet.sport,
    sportName: sport === null ? packet.sportName : null,
    dport: dport ?? packet.dport,
    dportName: dport === null ? packet.dportName : null,
    inner,
  };
}
