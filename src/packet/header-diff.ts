import { formatAddress, sameAddress } from './address.ts';
import { type Packet, ports } from './packet.ts';

/** One header field that a step rewrote, with its printed values. */
export interface HeaderChange {
  readonly field: 'saddr' | 'daddr' | 'sport' | 'dport' | 'ttl' | 'tos' | 'mark' | 'mss';
  readonly before: string;
  readonly after: string;
}

/** What changed between two moments of a packet; empty when nothing did. */
export type HeaderDiff = readonly HeaderChange[];

/** A packet with the mark the kernel keeps beside it. */
export interface MarkedPacket {
  readonly packet: Packet;
  readonly mark: number;
}

/** Compares two moments of one packet, field by field. */
export function headerDiff(before: MarkedPacket, after: MarkedPacket): HeaderDiff {
  if (before.packet === after.packet && before.mark === after.mark) return [];
  const changes: HeaderChange[] = [];
  const add = (field: HeaderChange['field'], was: string, is: string): void => {
    if (was !== is) changes.push({ field, before: was, after: is });
  };
  const a = before.packet;
  const b = after.packet;
  if (!sameAddress(a.source, b.source)) {
    add('saddr', formatAddress(a.source), formatAddress(b.source));
  }
  if (!sameAddress(a.destination, b.destination)) {
    add('daddr', formatAddress(a.destination), formatAddress(b.destination));
  }
  const p = ports(a);
  const q = ports(b);
  add('sport', String(p.sport), String(q.sport));
  add('dport', String(p.dport), String(q.dport));
  add('ttl', String(a.ttl), String(b.ttl));
  add('tos', String(a.tos), String(b.tos));
  add('mark', `0x${before.mark.toString(16)}`, `0x${after.mark.toString(16)}`);
  if (a.transport.kind === 'tcp' && b.transport.kind === 'tcp') {
    add('mss', String(a.transport.mss ?? ''), String(b.transport.mss ?? ''));
  }
  return changes;
}
