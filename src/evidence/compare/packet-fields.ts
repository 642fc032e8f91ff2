import { formatAddress } from '../../packet/address.ts';
import type { TcpFlags } from '../../packet/packet.ts';
import { type Observation, subject } from '../observation.ts';

/** The header fields of a sighting that a comparison looks at, as text; null when not shown. */
export const FIELDS = [
  'saddr',
  'sport',
  'daddr',
  'dport',
  'iif',
  'oif',
  'mark',
  'tos',
  'ttl',
  'length',
  'flags',
  'window',
  'mss',
] as const;

export type Field = (typeof FIELDS)[number];

export function fieldsOf(observation: Observation): Readonly<Record<Field, string | null>> {
  const packet = subject(observation.packet);
  const { tcp } = packet;
  const { iif, oif, kind } = observation.vantage;
  const isLog = kind === 'log';
  return {
    saddr: formatAddress(packet.source),
    sport: text(packet.sport) ?? packet.sportName,
    daddr: formatAddress(packet.destination),
    dport: text(packet.dport) ?? packet.dportName,
    iif: isLog ? (iif ?? '') : null,
    oif: isLog ? (oif ?? '') : null,
    mark: packet.mark === null ? null : `0x${packet.mark.toString(16)}`,
    tos: text(packet.tos),
    ttl: text(packet.ttl),
    length: text(packet.length),
    flags: tcp ? flagNames(tcp.flags) : null,
    window: text(tcp?.window ?? null),
    mss: text(tcp?.mss ?? null),
  };
}

function text(value: number | null): string | null {
  return value === null ? null : String(value);
}

const ORDER: readonly (keyof TcpFlags)[] = ['syn', 'fin', 'rst', 'psh', 'ack', 'urg', 'ece', 'cwr'];

/** `syn,ack`; as pwru and nft spell the flags. */
export function flagNames(flags: TcpFlags): string {
  return ORDER.filter((name) => flags[name]).join(',');
}
