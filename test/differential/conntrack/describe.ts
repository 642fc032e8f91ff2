import { formatTuple } from '../../../src/kernel/conntrack/packet-tuple.ts';
import type { Tuple } from '../../../src/kernel/conntrack/tuple.ts';
import type { Zone } from '../../../src/kernel/conntrack/zone.ts';
import { PROTOCOL } from '../../../src/packet/protocol.ts';

/** What both a connection of the model and an entry of `conntrack -L` say. */
interface Described {
  readonly original: Tuple;
  readonly reply: Tuple;
  readonly state: string | null;
  readonly seenReply: boolean;
  readonly mark: number;
  readonly assured: boolean | null;
  readonly zone: Zone;
}

/** Connections as sorted lines, for comparison. */
export function describeConnections(connections: readonly Described[]): readonly string[] {
  return connections
    .map(({ original, reply, state, seenReply, assured, mark, zone }) =>
      [
        formatTuple(original),
        formatTuple(reply),
        state ?? '-',
        seenReply ? 'replied' : 'unreplied',
        // Of UDP it depends on whether two seconds went by, and the machine may be slow.
        original.protocol === PROTOCOL.udp ? '-' : assured ? 'assured' : 'not assured',
        `mark ${mark} zone ${zone.id}${zone.direction === 'both' ? '' : ` ${zone.direction}`}`,
      ].join(' | '),
    )
    .toSorted();
}

/**
 * The same line with the port that a reply goes to hidden, where the kernel chose it. An ICMP
 * identifier stands in the place of the source's port.
 */
export function hideChosenPort(line: string): { readonly line: string; readonly port: number } {
  const parts = line.split(' | ');
  const [original = '', reply = ''] = parts;
  const place = reply.startsWith('icmp') ? /:(\d+)(?=>)/ : /:(\d+)$/;
  return {
    line: [original, reply.replace(place, ':*'), ...parts.slice(2)].join(' | '),
    port: Number(place.exec(reply)?.[1]),
  };
}
