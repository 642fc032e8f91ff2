import { PROTOCOL } from '../../packet/protocol.ts';
import type { FlowCount, FlowTotals } from '../flow-count.ts';
import { u8, u16 } from './cursor.ts';
import { addressAt } from './ip-address.ts';
import type { IpHead } from './ip-head.ts';

/** Counts the packets of each flow in bounded memory, without an object per packet or flow. */
export interface FlowTable {
  /** Counts a packet; how many of its flow there are with it, or 0 when it was not counted. */
  add(data: Uint8Array, head: IpHead, time: number, length: number): number;
  totals(): FlowTotals;
}

/** Version, protocol, ports and two addresses. */
const KEY = 40;
/** Flows to count; packets of further ones are only counted together. */
const MOST_FLOWS = 65_536;

const SYN = 2;
const FIN = 1;
const RST = 4;
const ACK = 16;

export function flowTable(mostFlows = MOST_FLOWS): FlowTable {
  let capacity = 1024;
  let keys = new Uint8Array(capacity * KEY);
  let hashes = new Uint32Array(capacity);
  /** Packets, bytes, first and last time. */
  let sums = new Float64Array(capacity * 4);
  /** SYN, SYN-ACK, FIN and RST. */
  let flags = new Uint32Array(capacity * 4);
  /** Slot + 1 by hash; 0 is free. */
  let index = new Int32Array(capacity * 2);
  let count = 0;
  let uncounted = 0;
  const key = new Uint8Array(KEY);

  const grow = (): void => {
    capacity *= 2;
    const wider = <T extends Uint8Array | Uint32Array | Float64Array>(to: T, from: T): T => {
      to.set(from);
      return to;
    };
    keys = wider(new Uint8Array(capacity * KEY), keys);
    hashes = wider(new Uint32Array(capacity), hashes);
    sums = wider(new Float64Array(capacity * 4), sums);
    flags = wider(new Uint32Array(capacity * 4), flags);
    index = new Int32Array(capacity * 2);
    for (let slot = 0; slot < count; slot++) {
      let at = (hashes[slot] ?? 0) & (index.length - 1);
      while (index[at] !== 0) at = (at + 1) & (index.length - 1);
      index[at] = slot + 1;
    }
  };

  const isKeyOf = (slot: number): boolean => {
    const from = slot * KEY;
    for (let i = 0; i < KEY; i++) if (keys[from + i] !== key[i]) return false;
    return true;
  };

  /** The flow's slot; -1 when it is a new one and there is no room. */
  const slotOf = (hash: number): number => {
    let at = hash & (index.length - 1);
    for (let found = index[at] ?? 0; found !== 0; found = index[at] ?? 0) {
      if (hashes[found - 1] === hash && isKeyOf(found - 1)) return found - 1;
      at = (at + 1) & (index.length - 1);
    }
    if (count >= mostFlows) return -1;
    if (count === capacity) {
      grow();
      at = hash & (index.length - 1);
      while (index[at] !== 0) at = (at + 1) & (index.length - 1);
    }
    index[at] = ++count;
    const slot = count - 1;
    hashes[slot] = hash;
    keys.set(key, slot * KEY);
    sums[slot * 4 + 2] = Number.NaN;
    sums[slot * 4 + 3] = Number.NaN;
    return slot;
  };

  const add = (data: Uint8Array, head: IpHead, time: number, length: number): number => {
    const slot = slotOf(writeKey(data, head, key));
    if (slot < 0) {
      uncounted++;
      return 0;
    }
    const at = slot * 4;
    const packets = (sums[at] ?? 0) + 1;
    sums[at] = packets;
    sums[at + 1] = (sums[at + 1] ?? 0) + length;
    if (!Number.isNaN(time)) {
      const first = sums[at + 2] ?? Number.NaN;
      const last = sums[at + 3] ?? Number.NaN;
      if (!(first <= time)) sums[at + 2] = time;
      if (!(last >= time)) sums[at + 3] = time;
    }
    const bits = tcpFlags(data, head);
    if (bits & SYN) flags[at + (bits & ACK ? 1 : 0)] = (flags[at + (bits & ACK ? 1 : 0)] ?? 0) + 1;
    if (bits & FIN) flags[at + 2] = (flags[at + 2] ?? 0) + 1;
    if (bits & RST) flags[at + 3] = (flags[at + 3] ?? 0) + 1;
    return packets;
  };

  const flowAt = (slot: number): FlowCount => {
    const from = slot * KEY;
    const family = u8(keys, from) === 4 ? 4 : 6;
    const protocol = u8(keys, from + 1);
    const hasPorts = u8(keys, from + 2) === 1;
    const at = slot * 4;
    const moment = (value: number | undefined): number | null =>
      value === undefined || Number.isNaN(value) ? null : value;
    return {
      source: addressAt(keys, from + 8, family),
      destination: addressAt(keys, from + 24, family),
      protocol,
      sport: hasPorts ? u16(keys, from + 4) : null,
      dport: hasPorts ? u16(keys, from + 6) : null,
      packets: sums[at] ?? 0,
      bytes: sums[at + 1] ?? 0,
      first: moment(sums[at + 2]),
      last: moment(sums[at + 3]),
      syns: flags[at] ?? 0,
      synAcks: flags[at + 1] ?? 0,
      fins: flags[at + 2] ?? 0,
      resets: flags[at + 3] ?? 0,
    };
  };

  const totals = (): FlowTotals => ({
    flows: Array.from({ length: count }, (_, slot) => flowAt(slot)),
    uncounted,
  });

  return { add, totals };
}

/** The flags octet of a TCP packet, or 0. */
export function tcpFlags(data: Uint8Array, head: IpHead): number {
  const shows = head.protocol === PROTOCOL.tcp && head.fragmentOffset === 0;
  return shows && head.payloadAt + 14 <= head.end ? u8(data, head.payloadAt + 13) : 0;
}

/** Writes the key and returns its hash (FNV-1a). */
function writeKey(data: Uint8Array, head: IpHead, key: Uint8Array): number {
  const { at, version, protocol, payloadAt } = head;
  key.fill(0);
  key[0] = version;
  key[1] = protocol;
  if (head.fragmentOffset === 0 && payloadAt + 4 <= head.end) {
    if (protocol === PROTOCOL.tcp || protocol === PROTOCOL.udp || protocol === PROTOCOL.sctp) {
      key[2] = 1;
      for (let i = 0; i < 4; i++) key[4 + i] = u8(data, payloadAt + i);
    } else if (isEcho(protocol, u8(data, payloadAt)) && payloadAt + 6 <= head.end) {
      key[2] = 1;
      for (let i = 0; i < 4; i++) key[4 + i] = u8(data, payloadAt + 4 + (i & 1));
    }
  }
  const size = version === 4 ? 4 : 16;
  const addresses = at + (version === 4 ? 12 : 8);
  for (let i = 0; i < size; i++) {
    key[8 + i] = u8(data, addresses + i);
    key[24 + i] = u8(data, addresses + size + i);
  }
  let hash = 0x811c9dc5;
  for (let i = 0; i < KEY; i++) hash = Math.imul(hash ^ (key[i] ?? 0), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}

function isEcho(protocol: number, type: number): boolean {
  if (protocol === PROTOCOL.icmp) return type === 8 || type === 0;
  return protocol === PROTOCOL.icmpv6 && (type === 128 || type === 129);
}
