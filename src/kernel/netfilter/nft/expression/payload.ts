import type { Support } from '../../../../packet/issue.ts';
import type { Packet, TcpFlags, TransportHeader } from '../../../../packet/packet.ts';
import { PROTOCOL } from '../../../../packet/protocol.ts';
import { linkLayerOf } from '../link-layer.ts';
import type { RuleScope } from '../rule-scope.ts';
import { addressScalar, BREAK, type Evaluated, known, type Part, UNKNOWN_VALUE } from '../value.ts';

/** A field of a header, by nft's names: `ip saddr`, `tcp dport`, `th dport`. */
export interface PayloadExpression {
  readonly kind: 'payload';
  readonly protocol: PayloadProtocol;
  readonly field: string;
}

export const PAYLOAD_PROTOCOLS = [
  'ether',
  'ip',
  'ip6',
  'tcp',
  'udp',
  'udplite',
  'sctp',
  'dccp',
  'icmp',
  'icmpv6',
  'th',
] as const;

export type PayloadProtocol = (typeof PAYLOAD_PROTOCOLS)[number];

/**
 * Loads a header field. nft puts a check of the protocol before it and does not print that check,
 * so a field of another protocol ends the rule, whatever the match's operator. `th` has no check:
 * it reads whatever the transport header is. Linux: nft_payload_eval().
 */
export function evaluatePayload(
  { protocol, field }: PayloadExpression,
  { packet }: RuleScope,
): Evaluated {
  const ip = packet.skb.packet;
  switch (protocol) {
    case 'ether':
      return etherField(field, packet);
    case 'ip':
      return ip.source.family === 4 ? loaded(ipField(field, ip)) : BREAK;
    case 'ip6':
      return ip.source.family === 6 ? loaded(ip6Field(field, ip)) : BREAK;
    case 'icmp':
      return ip.protocol === PROTOCOL.icmp && ip.source.family === 4
        ? loaded(icmpField(field, ip.transport))
        : BREAK;
    case 'icmpv6':
      return ip.protocol === PROTOCOL.icmpv6 && ip.source.family === 6
        ? loaded(icmpField(field, ip.transport))
        : BREAK;
    case 'th':
      return loaded(portField(field, ip.transport));
    case 'dccp':
      return ip.protocol === DCCP ? UNKNOWN_VALUE : BREAK;
    case 'tcp':
    case 'udp':
    case 'udplite':
    case 'sctp':
      return ip.protocol === PROTOCOL[protocol] ? loaded(transportField(field, ip)) : BREAK;
  }
}

const DCCP = 33;

/** Fields whose values packets of the model do not have. */
export function payloadSupport({ protocol, field }: PayloadExpression): Support {
  if (protocol === 'ether') return 'given-fact';
  return KNOWN_FIELDS.has(`${protocol} ${field}`) ? 'exact' : 'given-fact';
}

const KNOWN_FIELDS = new Set([
  ...['saddr', 'daddr', 'protocol', 'ttl', 'dscp', 'ecn', 'version'].map((f) => `ip ${f}`),
  ...['length', 'frag-off'].map((f) => `ip ${f}`),
  ...['saddr', 'daddr', 'nexthdr', 'hoplimit', 'dscp', 'ecn', 'version'].map((f) => `ip6 ${f}`),
  ...['tcp', 'udp', 'sctp', 'th'].flatMap((p) => [`${p} sport`, `${p} dport`]),
  ...['icmp', 'icmpv6'].flatMap((p) => [`${p} type`, `${p} code`]),
  'tcp flags',
]);

function loaded(part: Part): Evaluated {
  return part === null ? UNKNOWN_VALUE : known(part);
}

function ipField(field: string, ip: Packet): Part {
  switch (field) {
    case 'saddr':
      return addressScalar(ip.source);
    case 'daddr':
      return addressScalar(ip.destination);
    case 'protocol':
      return ip.protocol;
    case 'ttl':
      return ip.ttl;
    case 'length':
      return ip.length;
    case 'frag-off':
      // A whole packet: only the don't-fragment bit may be set.
      return ip.dontFragment ? 0x4000 : 0;
    case 'version':
      return 4;
    default:
      return trafficClass(field, ip);
  }
}

function ip6Field(field: string, ip: Packet): Part {
  switch (field) {
    case 'saddr':
      return addressScalar(ip.source);
    case 'daddr':
      return addressScalar(ip.destination);
    case 'nexthdr':
      return ip.protocol;
    case 'hoplimit':
      return ip.ttl;
    case 'version':
      return 6;
    default:
      return trafficClass(field, ip);
  }
}

function trafficClass(field: string, ip: Packet): Part {
  if (field === 'dscp') return ip.tos >> 2;
  return field === 'ecn' ? ip.tos & 3 : null;
}

/** A port; of a header that has none these bytes are something else, which is not known. */
function portField(field: string, t: TransportHeader): Part {
  if (t.kind !== 'tcp' && t.kind !== 'udp' && t.kind !== 'sctp') return null;
  if (field === 'sport') return t.sport;
  return field === 'dport' ? t.dport : null;
}

function transportField(field: string, ip: Packet): Part {
  const t = ip.transport;
  return t.kind === 'tcp' && field === 'flags' ? tcpFlagBits(t.flags) : portField(field, t);
}

/** The flags octet of a TCP header. */
export function tcpFlagBits(flags: TcpFlags): number {
  return (
    (flags.fin ? 1 : 0) |
    (flags.syn ? 2 : 0) |
    (flags.rst ? 4 : 0) |
    (flags.psh ? 8 : 0) |
    (flags.ack ? 16 : 0) |
    (flags.urg ? 32 : 0) |
    (flags.ece ? 64 : 0) |
    (flags.cwr ? 128 : 0)
  );
}

function icmpField(field: string, t: TransportHeader): Part {
  if (t.kind !== 'icmp') return null;
  switch (field) {
    case 'type':
      return t.type;
    case 'code':
      return t.code;
    case 'id':
      return t.id ?? null;
    case 'mtu':
      return t.mtu ?? null;
    default:
      return null;
  }
}

/** Only frames that came in over Ethernet have a link header here. */
function etherField(field: string, packet: RuleScope['packet']): Evaluated {
  const layer = linkLayerOf(packet.context.netns, packet.context.iif);
  if (layer === 'none') return BREAK;
  if (layer === 'unknown') return UNKNOWN_VALUE;
  const { sourceMac, destinationMac } = packet.skb;
  switch (field) {
    case 'saddr':
      return loaded(macScalar(sourceMac));
    case 'daddr':
      return loaded(macScalar(destinationMac));
    case 'type':
      return known(packet.skb.packet.source.family === 4 ? 0x0800 : 0x86dd);
    default:
      return UNKNOWN_VALUE;
  }
}

/** A link address as a number, or null when it is not one. */
export function macScalar(mac: string | null): number | null {
  return mac !== null && /^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(mac)
    ? Number.parseInt(mac.replaceAll(':', ''), 16)
    : null;
}
