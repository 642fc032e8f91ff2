import { type Address, formatAddress, sameAddress } from '../../packet/address.ts';
import type { Moment } from './moment.ts';

/** From the client to the server, or back. */
export type Direction = 'to' | 'back';

/** An end of a conversation; the port is null for ICMP, or where it is not known. */
export interface LogEnd {
  readonly address: Address;
  readonly port: number | null;
}

/** What is known of the two ends whose packets are to be logged. */
export interface LogEnds {
  readonly protocol: 'tcp' | 'udp' | 'icmp' | 'sctp';
  /** As the client addresses it. */
  readonly destination: LogEnd;
  /** What the destination is translated to; empty when it is not, or when that is not known. */
  readonly endpoints: readonly LogEnd[];
  /** The client's addresses, translated ones too; empty when they are not known. */
  readonly clients: readonly Address[];
  readonly clientPort: number | null;
  /** Seen on the client's own node, where the translation is done. */
  readonly atClient: boolean;
}

/** The headers that one rule asks for. */
export interface Selector {
  readonly direction: Direction;
  /** The server's end: the destination of `to`, the source of `back`. */
  readonly server: LogEnd;
  readonly client: Address | null;
  readonly clientPort: number | null;
}

/**
 * The headers to log at a place: before the translation those that the client wrote, after it
 * also the translated ones, so that a packet that was not translated is seen as well.
 */
export function selectorsAt(ends: LogEnds, direction: Direction, moment: Moment): Selector[] {
  const plain = [ends.destination];
  const others = ends.endpoints.filter((end) => !sameEnd(end, ends.destination));
  const servers = moment.translated || direction === 'back' ? [...plain, ...others] : plain;
  // Sources are translated last of all.
  const written = ends.atClient && direction === 'to' && moment.table !== null;
  const known = written ? ends.clients.slice(0, 1) : ends.clients;
  const clients = known.length === 0 ? [null] : known;
  return servers.flatMap((server) =>
    clients.map((client) => ({ direction, server, client, clientPort: portOf(ends, client) })),
  );
}

/** The ends as they are seen on a node that is not the client's: translated, where they are. */
export function endsElsewhere(ends: LogEnds): LogEnds {
  const [first, ...rest] = ends.endpoints;
  if (!first) return { ...ends, atClient: false };
  return { ...ends, atClient: false, destination: first, endpoints: rest };
}

function sameEnd(a: LogEnd, b: LogEnd): boolean {
  return a.port === b.port && sameAddress(a.address, b.address);
}

/** Masquerading may take another port. */
function portOf(ends: LogEnds, client: Address | null): number | null {
  const first = ends.clients[0];
  return client === null || (first && sameAddress(first, client)) ? ends.clientPort : null;
}

/** The text that an id is made of: the same flow gets the same one. */
export function endsText(ends: LogEnds): string {
  const end = ({ address, port }: LogEnd): string => `${formatAddress(address)} ${port ?? ''}`;
  return [
    ends.protocol,
    end(ends.destination),
    ...ends.endpoints.map(end),
    ...ends.clients.map(formatAddress),
    ends.clientPort ?? '',
  ].join(',');
}
