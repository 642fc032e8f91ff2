import type { Address } from '../../../packet/address.ts';
import type { Packet } from '../../../packet/packet.ts';
import { PROTOCOL } from '../../../packet/protocol.ts';
import type { RulePacket } from '../rule-context.ts';
import type { AddressMatch, DeviceMatch, HeaderMatch, MaskedAddress } from './rule.ts';
import type { XtBackend } from './table.ts';

/** Whether an address equals another one under a mask. */
export function underMask(masked: MaskedAddress, address: Address): boolean {
  const { address: wanted, mask } = masked;
  if (wanted.family === 4 && mask.family === 4 && address.family === 4) {
    return ((wanted.bits ^ address.bits) & mask.bits) === 0;
  }
  if (wanted.family === 6 && mask.family === 6 && address.family === 6) {
    return ((wanted.bits ^ address.bits) & mask.bits) === 0n;
  }
  return false;
}

/** Whether a device name fits. A hook without the device compares as ''. Linux: ifname_compare(). */
export function deviceFits(match: DeviceMatch, name: string): boolean {
  const equal = match.prefix ? name.startsWith(match.name) : name === match.name;
  return equal !== match.negated;
}

/** The part of a rule that needs no extension. Linux: ip_packet_match(), ip6_packet_match(). */
export function headerMatches(
  header: HeaderMatch,
  packet: RulePacket,
  backend: XtBackend,
): boolean {
  const { source, destination, inDevice, outDevice, protocol } = header;
  const ip = packet.skb.packet;
  if (source && !addressFits(source, ip.source)) return false;
  if (destination && !addressFits(destination, ip.destination)) return false;
  if (inDevice && !deviceFits(inDevice, packet.context.iif)) return false;
  if (outDevice && !deviceFits(outDevice, packet.context.oif)) return false;
  if (protocol && (protocol.protocol === protocolOf(ip, backend)) === protocol.negated)
    return false;
  if (header.fragment === null) return true;
  return (header.fragment === 'later') === (ip.fragment !== undefined && ip.fragment.offset > 0);
}

/**
 * What `-p` compares: behind an authentication header iptables-nft looks no further.
 * Linux: nft_set_pktinfo_ipv6(), IP6_FH_F_AUTH; docs/lab-notes/xtables-matches.md.
 */
function protocolOf(packet: Packet, backend: XtBackend): number {
  if (backend !== 'nft' || packet.extensions === undefined) return packet.protocol;
  const hides = packet.extensions.some((header) => header.protocol === PROTOCOL.ah);
  return hides ? PROTOCOL.ah : packet.protocol;
}

function addressFits(match: AddressMatch, address: Address): boolean {
  return underMask(match, address) !== match.negated;
}
