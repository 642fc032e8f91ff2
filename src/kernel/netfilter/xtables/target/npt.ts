import type { Address } from '../../../../packet/address.ts';
import type { Packet } from '../../../../packet/packet.ts';
import { contains, type Prefix } from '../../../../packet/prefix.ts';
import { addressBytes } from '../../../../packet/wire.ts';
import { addressAt } from '../match/wire-address.ts';
import type { TargetModel } from './target-model.ts';

/** `-j SNPT` and `-j DNPT`: another prefix, without a connection. RFC 6296. Linux: struct ip6t_npt_tginfo. */
export interface NptTarget {
  readonly kind: 'npt';
  readonly side: 'source' | 'destination';
  readonly from: Prefix;
  readonly to: Prefix;
}

/** Linux: ip6t_snpt_tg(), ip6t_dnpt_tg(). */
export const nptTarget: TargetModel<NptTarget> = {
  support: () => 'exact',
  apply(target, { packet: { skb } }) {
    const { packet } = skb;
    const mapped = mapPrefix(target, packet[target.side]);
    // The sender is told that its address cannot be mapped; the model only drops.
    if (mapped === null) return { kind: 'end', verdict: { kind: 'drop' } };
    const changed: Packet = { ...withQuoted(target, packet), [target.side]: mapped };
    return { kind: 'continue', skb: { ...skb, packet: changed } };
  },
};

/** In an error about a translated packet the quoted one is translated back. */
function withQuoted(target: NptTarget, packet: Packet): Packet {
  const t = packet.transport;
  if (t.kind !== 'icmp' || !t.quoted) return packet;
  const side = target.side === 'source' ? 'destination' : 'source';
  if (!contains(target.from, t.quoted[side])) return packet;
  const mapped = mapPrefix(target, t.quoted[side]);
  if (mapped === null) return packet;
  return { ...packet, transport: { ...t, quoted: { ...t.quoted, [side]: mapped } } };
}

const WORDS = 8;
/** One's complement arithmetic has two zeros. */
const OTHER_ZERO = 0xffff;

/** A word of the address takes up the difference of the checksums. Linux: ip6t_npt_map_pfx(). */
function mapPrefix({ from, to }: NptTarget, address: Address): Address | null {
  if (address.family !== 6 || to.address.family !== 6) return null;
  const length = Math.max(from.length, to.length);
  const mask = ((1n << BigInt(length)) - 1n) << BigInt(128 - length);
  const mapped = (address.bits & ~mask) | (to.address.bits & mask);
  const words = wordsOf({ family: 6, bits: mapped });
  const at = length <= 48 ? 3 : words.findIndex((word, i) => i >= 4 && word !== OTHER_ZERO);
  if (at < 0) return null;
  const adjustment = add(sum(from.address), OTHER_ZERO ^ sum(to.address));
  const adjusted = add(words[at] ?? 0, adjustment);
  words[at] = adjusted === OTHER_ZERO ? 0 : adjusted;
  return addressAt(Uint8Array.from(words.flatMap((word) => [word >>> 8, word & 255])), 0);
}

function wordsOf(address: Address): number[] {
  const bytes = addressBytes(address);
  return Array.from(
    { length: WORDS },
    (_, i) => (bytes[2 * i] ?? 0) * 256 + (bytes[2 * i + 1] ?? 0),
  );
}

function sum(address: Address): number {
  return wordsOf(address).reduce(add, 0);
}

/** With the carry added again. */
function add(a: number, b: number): number {
  const total = a + b;
  return total > 0xffff ? total - 0xffff : total;
}
