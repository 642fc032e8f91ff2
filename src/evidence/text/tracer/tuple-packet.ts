import { parseAddress } from '../../../packet/address.ts';
import type { TcpFlags } from '../../../packet/packet.ts';
import { PROTOCOL } from '../../../packet/protocol.ts';
import { BARE_PACKET } from '../../bare-packet.ts';
import type { ObservedPacket, ObservedTcp } from '../../observation.ts';
import { NO_TCP_OPTIONS } from '../../tcp-options.ts';

/** A packet of which only addresses, ports and flags are known. */
export interface TupleText {
  readonly source: string;
  readonly destination: string;
  readonly protocol: number | null;
  readonly sport?: number | null;
  readonly dport?: number | null;
  readonly flags?: TcpFlags | null;
}

/** Null without addresses of one family, or without a protocol. */
export function tuplePacket(tuple: TupleText): ObservedPacket | null {
  const source = parseAddress(tuple.source.replace(/^\[|\]$/g, ''));
  const destination = parseAddress(tuple.destination.replace(/^\[|\]$/g, ''));
  const { protocol } = tuple;
  if (!source || !destination || source.family !== destination.family) return null;
  if (protocol === null || protocol > 255) return null;
  const ports = protocol !== PROTOCOL.icmp && protocol !== PROTOCOL.icmpv6;
  return {
    ...BARE_PACKET,
    source,
    destination,
    protocol,
    sport: ports ? portOf(tuple.sport) : null,
    dport: ports ? portOf(tuple.dport) : null,
    tcp: protocol === PROTOCOL.tcp && tuple.flags ? bareTcp(tuple.flags) : null,
  };
}

function portOf(port: number | null | undefined): number | null {
  return port !== null && port !== undefined && port >= 0 && port <= 65_535 ? port : null;
}

function bareTcp(flags: TcpFlags): ObservedTcp {
  return {
    ...NO_TCP_OPTIONS,
    flags,
    sequence: null,
    printedSequence: null,
    acknowledgement: null,
    window: null,
    payloadLength: null,
  };
}

/** In the order of their bits. RFC 9293 3.1. */
const FLAG_NAMES = ['fin', 'syn', 'rst', 'psh', 'ack', 'urg', 'ece', 'cwr'] as const;

/** Flags by their names in any case, as `SYN|ACK`, `SYN, ACK` or a list of them. */
export function flagsOfWords(text: string): TcpFlags {
  const words = text.toLowerCase().split(/[^a-z]+/, 20);
  const flags: { -readonly [name in keyof TcpFlags]: TcpFlags[name] } = {};
  for (const name of FLAG_NAMES) if (words.includes(name)) flags[name] = true;
  return flags;
}

/** Flags by the bits of the header's field. */
export function flagsOfBits(bits: number): TcpFlags {
  const flags: { -readonly [name in keyof TcpFlags]: TcpFlags[name] } = {};
  FLAG_NAMES.forEach((name, at) => {
    if (((bits >> at) & 1) === 1) flags[name] = true;
  });
  return flags;
}
