import type { JoinKey } from '../evidence.ts';
import type { ObservedPacket } from '../observation.ts';
import { flagBits } from './flag-bits.ts';

/**
 * What a sighting shows of a packet that stays the same on its whole way: NAT rewrites addresses
 * and ports, routers the TTL, tunnels add headers; the rest identifies it. A slot is null where
 * the format does not show the field.
 */
export type Fields = readonly (number | string | null)[];

/** The slots of `Fields`. */
export const SLOT = {
  /** Family and protocol together. */
  protocol: 0,
  id: 1,
  fragment: 2,
  length: 3,
  flags: 4,
  sequence: 5,
  acknowledgement: 6,
  window: 7,
  timestampValue: 8,
  timestampEcho: 9,
  payloadLength: 10,
  payloadHash: 11,
  /** ICMP type and code together. */
  icmpKind: 12,
  icmpSequence: 13,
  /** IP identification of the packet that an ICMP error quotes. */
  quotedId: 14,
  /** TCP sequence number of the packet that an ICMP error quotes. */
  quotedSequence: 15,
} as const;

export function fieldsOf(packet: ObservedPacket): Fields {
  const { tcp, icmp } = packet;
  const quoted = icmp?.quoted ?? null;
  return [
    packet.source.family * 256 + packet.protocol,
    packet.ipId,
    packet.fragmentOffset,
    packet.length,
    tcp ? flagBits(tcp.flags) : null,
    tcp?.sequence ?? null,
    tcp?.sequence === null ? null : (tcp?.acknowledgement ?? null),
    tcp?.window ?? null,
    tcp?.timestampValue ?? null,
    tcp?.timestampEcho ?? null,
    tcp?.payloadLength ?? null,
    packet.payloadHash,
    icmp ? icmp.type * 256 + icmp.code : null,
    icmp?.sequence ?? null,
    quoted?.ipId || null,
    quoted?.tcp?.sequence ?? null,
  ];
}

/** Whether some field that both show differs: then they are two packets. */
export function contradict(a: Fields, b: Fields): boolean {
  for (let slot = 0; slot < a.length; slot++) {
    const value = a[slot];
    const other = b[slot];
    if (value !== other && value !== null && other !== null) return true;
  }
  return false;
}

/** What both together show; they do not contradict each other. */
export function together(a: Fields, b: Fields): Fields {
  return a.map((value, slot) => value ?? b[slot] ?? null);
}

/** One bit for each slot that is shown. */
export function maskOf(fields: Fields): number {
  let mask = 0;
  for (let slot = 0; slot < fields.length; slot++) if (fields[slot] !== null) mask |= 1 << slot;
  return mask;
}

/** The values of the slots of a mask as a key. */
export function project(fields: Fields, mask: number): string {
  let key = '';
  for (let slot = 0; slot < fields.length; slot++) {
    key += mask & (1 << slot) ? `${fields[slot]}|` : '|';
  }
  return key;
}

const RST = 4;

/**
 * How much two packets' agreement says, in bits. The 16 bits of an IP identification come round;
 * Linux gives 0 to packets that cannot be fragmented and have no socket (ip_select_ident()), and
 * a reset without a socket has the sequence number 0 (tcp_v4_send_reset()): these say nothing.
 */
export function identityBits(a: Fields, b: Fields): number {
  const same = (slot: number): boolean => a[slot] !== null && a[slot] === b[slot];
  let bits = 0;
  if (same(SLOT.id) && a[SLOT.id] !== 0) bits += 16;
  if (same(SLOT.sequence) && !isBareReset(a)) bits += 32;
  if (same(SLOT.timestampValue)) bits += 24;
  if (same(SLOT.payloadHash)) bits += 32;
  if (same(SLOT.icmpSequence)) bits += 16;
  if (same(SLOT.quotedSequence)) bits += 32;
  if (same(SLOT.quotedId)) bits += 16;
  return bits;
}

function isBareReset(fields: Fields): boolean {
  return (Number(fields[SLOT.flags]) & RST) !== 0 && fields[SLOT.sequence] === 0;
}

/**
 * Whether two sightings with equal fields at one place are one packet seen twice: each packet of
 * a connection has an identification or a time of its own.
 */
export function isNumbered(fields: Fields): boolean {
  return Boolean(fields[SLOT.id]) || fields[SLOT.timestampValue] !== null;
}

/** Keys under which sightings of one packet meet, whatever NAT made of its addresses. */
export function blockKeys(fields: Fields): readonly string[] {
  const keys: string[] = [];
  const at = (slot: number): number | string | null => fields[slot] ?? null;
  const [protocol, flags] = [at(SLOT.protocol), at(SLOT.flags)];
  if (at(SLOT.id)) keys.push(`i${protocol}/${at(SLOT.id)}/${at(SLOT.fragment) ?? 0}`);
  if (at(SLOT.sequence) !== null && !isBareReset(fields)) {
    keys.push(`s${at(SLOT.sequence)}/${flags}`);
  }
  if (at(SLOT.timestampValue) !== null) {
    const echo = at(SLOT.timestampEcho);
    keys.push(`t${at(SLOT.timestampValue)}/${echo}/${flags}/${at(SLOT.payloadLength)}`);
  }
  if (at(SLOT.payloadHash) !== null) keys.push(`p${protocol}/${at(SLOT.payloadHash)}`);
  if (at(SLOT.icmpSequence) !== null) keys.push(`e${at(SLOT.icmpKind)}/${at(SLOT.icmpSequence)}`);
  if (at(SLOT.quotedSequence) !== null) keys.push(`q${at(SLOT.quotedSequence)}`);
  if (at(SLOT.quotedId) !== null) keys.push(`Q${at(SLOT.icmpKind)}/${at(SLOT.quotedId)}`);
  return keys;
}

const KEYS: readonly (readonly [slot: number, key: JoinKey])[] = [
  [SLOT.id, 'ip-id'],
  [SLOT.sequence, 'tcp-sequence'],
  [SLOT.timestampValue, 'tcp-timestamp'],
  [SLOT.payloadHash, 'payload'],
  [SLOT.icmpSequence, 'icmp-id'],
  [SLOT.quotedSequence, 'quoted-packet'],
  [SLOT.quotedId, 'quoted-packet'],
];

/** The identifying fields that at least two of the sightings show. */
export function sharedKeys(all: readonly Fields[]): readonly JoinKey[] {
  const keys = new Set<JoinKey>();
  for (const [slot, key] of KEYS) {
    let shown = 0;
    for (const fields of all) if (fields[slot] !== null && fields[slot] !== 0) shown++;
    if (shown > 1) keys.add(key);
  }
  return [...keys];
}
