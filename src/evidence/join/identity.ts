import type { TcpFlags } from '../../packet/packet.ts';
import type { JoinKey } from '../evidence.ts';
import type { ObservedPacket } from '../observation.ts';

/**
 * By which header fields two sightings are known to be one packet. NAT rewrites addresses and
 * ports, routers the TTL, tunnels add headers, and clocks differ: what stays is the IP
 * identification, the absolute TCP sequence number and the TCP timestamps. Linux gives SYN-ACKs
 * identification 0, so 0 says nothing (ip_select_ident()).
 */

const FLAGS: readonly (keyof TcpFlags)[] = ['fin', 'syn', 'rst', 'psh', 'ack', 'urg', 'ece', 'cwr'];

export function flagBits(flags: TcpFlags): number {
  return FLAGS.reduce((bits, name, index) => (flags[name] ? bits | (1 << index) : bits), 0);
}

/** Keys under which sightings of one packet meet; each is strong enough once checked. */
export function identityKeys(packet: ObservedPacket): readonly string[] {
  const keys: string[] = [];
  const { tcp, icmp, ipId, protocol } = packet;
  if (tcp) {
    const flags = flagBits(tcp.flags);
    if (tcp.sequence !== null) keys.push(`s/${tcp.sequence}/${flags}`);
    if (tcp.timestampValue !== null) {
      keys.push(`t/${tcp.timestampValue}/${tcp.timestampEcho}/${flags}`);
    }
  }
  if (icmp && icmp.id !== null) keys.push(`e/${icmp.type}/${icmp.id}/${icmp.sequence}`);
  if (ipId !== null && ipId > 0) keys.push(`i/${protocol}/${ipId}/${packet.fragmentOffset ?? 0}`);
  return keys;
}

/**
 * A reset has identification 0, no timestamps and mostly sequence number 0: its ends are all
 * that tells. Resets of one connection are paired in their order.
 */
export function resetKeys({
  tcp,
  source,
  destination,
  sport,
  dport,
}: ObservedPacket): readonly string[] {
  if (!tcp?.flags.rst) return [];
  return [`r/${source.bits}/${sport}/${destination.bits}/${dport}/${flagBits(tcp.flags)}`];
}

/** For lines of one log that show no identity: all headers that NAT does not touch. */
export function headersKey(packet: ObservedPacket): string {
  const { tcp, icmp } = packet;
  const flags = tcp ? flagBits(tcp.flags) : '';
  const kind = icmp ? `${icmp.type}/${icmp.code}` : '';
  return `h/${packet.protocol}/${packet.length}/${packet.tos}/${flags}/${tcp?.window}/${kind}`;
}

/** The fields by which two sightings agree, or null when some field contradicts. */
export function agreement(a: ObservedPacket, b: ObservedPacket): readonly JoinKey[] | null {
  if (a.protocol !== b.protocol || a.source.family !== b.source.family) return null;
  if (differ(a.ipId, b.ipId) || differ(a.fragmentOffset, b.fragmentOffset)) return null;
  if (differ(a.length, b.length)) return null;
  const keys: JoinKey[] = [];
  if (a.ipId !== null && a.ipId > 0 && a.ipId === b.ipId) keys.push('ip-id');
  if (a.tcp && b.tcp) {
    if (flagBits(a.tcp.flags) !== flagBits(b.tcp.flags)) return null;
    const fields = [
      'sequence',
      'timestampValue',
      'timestampEcho',
      'payloadLength',
      'window',
    ] as const;
    if (fields.some((name) => differ(a.tcp?.[name] ?? null, b.tcp?.[name] ?? null))) return null;
    if (a.tcp.sequence !== null && b.tcp.sequence !== null) keys.push('tcp-sequence');
    if (a.tcp.timestampValue !== null && b.tcp.timestampValue !== null) keys.push('tcp-timestamp');
    if (keys.length === 0 && sharesReset(a, b)) keys.push('headers');
  }
  if (a.icmp && b.icmp) {
    if (a.icmp.type !== b.icmp.type || a.icmp.code !== b.icmp.code) return null;
    if (differ(a.icmp.sequence, b.icmp.sequence)) return null;
    if (a.icmp.id !== null && a.icmp.id === b.icmp.id) keys.push('icmp-id');
  }
  return keys;
}

function differ(a: number | null, b: number | null): boolean {
  return a !== null && b !== null && a !== b;
}

/**
 * Whether the agreement suffices. The 16 bits of an IP identification come round, so one end of
 * the packet or its source port must be the same; 32 bits of sequence number or timestamp stand
 * for themselves when both are there (masquerading with random ports keeps no end).
 */
export function suffices(keys: readonly JoinKey[], a: ObservedPacket, b: ObservedPacket): boolean {
  if (keys.includes('tcp-sequence') && keys.includes('tcp-timestamp')) return true;
  return keys.length > 0 && sharesAnEnd(a, b);
}

function sharesReset(a: ObservedPacket, b: ObservedPacket): boolean {
  const [key] = resetKeys(a);
  return key !== undefined && key === resetKeys(b)[0];
}

export function sharesAnEnd(a: ObservedPacket, b: ObservedPacket): boolean {
  const source = a.source.bits === b.source.bits && a.sport === b.sport;
  const destination = a.destination.bits === b.destination.bits && a.dport === b.dport;
  const port = a.sport !== null && a.sport === b.sport;
  return source || destination || port;
}
