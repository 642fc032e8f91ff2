import type { Support } from '../../../../packet/issue.ts';
import type { Packet, TransportHeader } from '../../../../packet/packet.ts';
import { PROTOCOL } from '../../../../packet/protocol.ts';
import { frameDevice, linkLayerOf } from '../link-layer.ts';
import type { RuleScope } from '../rule-scope.ts';
import { addressScalar, BREAK, type Evaluated, known, type Part, UNKNOWN_VALUE } from '../value.ts';
import { evaluateRawPayload } from './raw-payload.ts';
import { tcpFlagBits } from './tcp-flag-bits.ts';

/** A field of a header, by nft's names: `ip saddr`, `tcp dport`, `th dport`. */
export interface PayloadExpression {
  readonly kind: 'payload';
  readonly protocol: PayloadProtocol;
  readonly field: string;
}

export const PAYLOAD_PROTOCOLS = [
  'ether',
  'vlan',
  'arp',
  'ip',
  'ip6',
  'tcp',
  'udp',
  'udplite',
  'sctp',
  'dccp',
  'icmp',
  'icmpv6',
  'igmp',
  'ah',
  'esp',
  'comp',
  'gre',
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
  scope: RuleScope,
): Evaluated {
  const { packet } = scope;
  const ip = packet.skb.packet;
  switch (protocol) {
    case 'ether':
      return etherField(field, scope);
    case 'vlan':
    case 'arp':
      // Frames of the model have no tag, and hold an IP packet.
      return BREAK;
    case 'ip':
      return ip.source.family === 4 ? loaded(ipField(field, ip)) : BREAK;
    case 'ip6':
      return ip.source.family === 6 ? loaded(ip6Field(field, ip)) : BREAK;
    case 'icmp':
      return ip.protocol === PROTOCOL.icmp && ip.source.family === 4
        ? icmpField(field, ip.transport, ICMP_FIELD_TYPES)
        : BREAK;
    case 'icmpv6':
      return ip.protocol === PROTOCOL.icmpv6 && ip.source.family === 6
        ? icmpField(field, ip.transport, ICMPV6_FIELD_TYPES)
        : BREAK;
    case 'th':
      return evaluateRawPayload(field === 'sport' ? TH_SPORT : TH_DPORT, scope);
    case 'tcp':
    case 'udp':
    case 'udplite':
    case 'sctp':
      return ip.protocol === PROTOCOL[protocol] ? loaded(transportField(field, ip)) : BREAK;
    case 'dccp':
    case 'igmp':
    case 'ah':
    case 'esp':
    case 'comp':
    case 'gre':
      return ip.protocol === PROTOCOL_NUMBERS[protocol] ? UNKNOWN_VALUE : BREAK;
  }
}

/** Headers that packets of the model do not have. */
const PROTOCOL_NUMBERS = { dccp: 33, igmp: 2, ah: 51, esp: 50, comp: 108, gre: 47 } as const;

const TH_SPORT = { kind: 'raw-payload', base: 'th', offset: 0, length: 16 } as const;
const TH_DPORT = { kind: 'raw-payload', base: 'th', offset: 16, length: 16 } as const;

/** Fields whose values packets of the model do not have. */
export function payloadSupport({ protocol, field }: PayloadExpression): Support {
  if (protocol === 'ether' || protocol === 'th') return 'given-fact';
  if (protocol === 'arp' || protocol === 'vlan') return 'exact';
  return KNOWN_FIELDS.has(`${protocol} ${field}`) ? 'exact' : 'given-fact';
}

const KNOWN_FIELDS = new Set([
  ...['saddr', 'daddr', 'protocol', 'ttl', 'dscp', 'ecn', 'version'].map((f) => `ip ${f}`),
  ...['length', 'frag-off', 'hdrlength'].map((f) => `ip ${f}`),
  ...['saddr', 'daddr', 'nexthdr', 'hoplimit', 'dscp', 'ecn', 'version', 'length'].map(
    (f) => `ip6 ${f}`,
  ),
  ...['tcp', 'udp', 'sctp'].flatMap((p) => [`${p} sport`, `${p} dport`]),
  ...['icmp', 'icmpv6'].flatMap((p) => [`${p} type`, `${p} code`]),
  'tcp flags',
  'udp length',
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
    case 'hdrlength':
      return 5;
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
    case 'length':
      return ip.length - 40;
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
  if (t.kind === 'tcp' && field === 'flags') return tcpFlagBits(t.flags);
  if (t.kind === 'udp' && field === 'length') return ip.length - (ip.source.family === 4 ? 20 : 40);
  return portField(field, t);
}

type FieldTypes = Readonly<Record<string, readonly number[]>>;

/** The types that nft checks for before a field, without printing it. Source: nft's proto_icmp. */
const ICMP_FIELD_TYPES: FieldTypes = { id: [0, 8], sequence: [0, 8], gateway: [5], mtu: [3] };
const ICMPV6_FIELD_TYPES: FieldTypes = {
  id: [128, 129],
  sequence: [128, 129],
  mtu: [2],
  'parameter-problem': [4],
};

function icmpField(field: string, t: TransportHeader, types: FieldTypes): Evaluated {
  if (t.kind !== 'icmp') return UNKNOWN_VALUE;
  const needed = Object.hasOwn(types, field) ? types[field] : undefined;
  if (needed && !needed.includes(t.type)) return BREAK;
  switch (field) {
    case 'type':
      return known(t.type);
    case 'code':
      return known(t.code);
    case 'id':
      return loaded(t.id ?? null);
    case 'mtu':
      return loaded(t.mtu ?? null);
    default:
      return UNKNOWN_VALUE;
  }
}

/** Only frames that came in over Ethernet have a link header here. */
function etherField(field: string, scope: RuleScope): Evaluated {
  const { packet } = scope;
  const layer = linkLayerOf(packet.context.netns, frameDevice(scope));
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
