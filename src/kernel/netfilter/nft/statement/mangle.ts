import type { Support } from '../../../../packet/issue.ts';
import type { Packet } from '../../../../packet/packet.ts';
import type { Zone } from '../../../conntrack/zone.ts';
import type { Skb } from '../../../skb.ts';
import { labelsOf } from '../expression/ct-label.ts';
import type { Expression } from '../expression/expression.ts';
import { tcpFlagsOf } from '../expression/tcp-flag-bits.ts';
import { nameUnsupported, type RuleScope } from '../rule-scope.ts';
import { type Part, scalarAddress } from '../value.ts';
import type { StatementOutcome } from './statement.ts';

/** `KEY set VALUE`: changes a mark or a header field. */
export interface MangleStatement {
  readonly kind: 'mangle';
  readonly key: MangleKey;
  readonly value: Expression;
}

export type MangleKey =
  | { readonly kind: 'meta-mark' }
  | { readonly kind: 'ct-mark' }
  /** The zone that conntrack looks a packet up in, when it has not yet. */
  | { readonly kind: 'ct-zone'; readonly direction: Zone['direction'] }
  /** Labels are added to those that the connection has. */
  | { readonly kind: 'ct-label' }
  | { readonly kind: 'tcp-mss' }
  /** A header field that packets of the model have. */
  | { readonly kind: 'payload'; readonly protocol: string; readonly field: PayloadTarget }
  /** What the model cannot follow: it is named. */
  | { readonly kind: 'unmodelled'; readonly name: string; readonly protocol: string | null }
  /** `meta priority`, `ct label`...: what no rule of the model and no route looks at. */
  | { readonly kind: 'no-effect'; readonly name: string; readonly usesConntrack: boolean };

export const PAYLOAD_TARGETS = [
  'saddr',
  'daddr',
  'sport',
  'dport',
  'ttl',
  'hoplimit',
  'dscp',
  'ecn',
  'flags',
  'type',
  'code',
] as const;

export type PayloadTarget = (typeof PAYLOAD_TARGETS)[number];

export function mangleSupport({ key }: MangleStatement): Support {
  if (key.kind === 'no-effect') return 'no-effect';
  if (key.kind === 'unmodelled') return 'unsupported';
  return key.kind === 'tcp-mss' ? 'given-fact' : 'exact';
}

/** Linux: nft_meta_set_eval(), nft_ct_set_eval(), nft_payload_set_eval(). */
export function executeMangle(mangle: MangleStatement, scope: RuleScope): StatementOutcome {
  const { skb } = scope.packet;
  const evaluated = scope.evaluate(mangle.value);
  if (evaluated.kind === 'break') return evaluated;
  const value = evaluated.value[0] ?? null;
  const { key } = mangle;
  switch (key.kind) {
    case 'no-effect':
      return { kind: 'next', skb };
    case 'tcp-mss':
      return { kind: 'next', skb: { ...skb, packet: setMss(skb.packet, value) } };
    case 'meta-mark':
      return typeof value === 'number'
        ? { kind: 'next', skb: { ...skb, mark: value } }
        : unknownValue(scope, 'meta mark');
    case 'ct-mark':
      return typeof value === 'number' ? setCtMark(skb, value) : unknownValue(scope, 'ct mark');
    case 'ct-zone':
      return typeof value === 'number'
        ? setZone(skb, { id: value, direction: key.direction })
        : unknownValue(scope, 'ct zone');
    case 'ct-label':
      return typeof value === 'bigint' ? addLabels(skb, value) : unknownValue(scope, 'ct label');
    case 'unmodelled':
      if (key.protocol !== null && !hasHeader(key.protocol, skb.packet)) return { kind: 'break' };
      nameUnsupported(scope, `nft statement ${key.name} set`);
      return { kind: 'next', skb };
    case 'payload': {
      if (!hasHeader(key.protocol, skb.packet)) return { kind: 'break' };
      const packet = setField(skb.packet, key.field, value);
      return packet === null
        ? unknownValue(scope, `${key.protocol} ${key.field}`)
        : { kind: 'next', skb: { ...skb, packet } };
    }
  }
}

/** The packet goes on with what it had, and the statement is named. */
function unknownValue(scope: RuleScope, field: string): StatementOutcome {
  nameUnsupported(scope, `nft statement ${field} set to an unknown value`);
  return { kind: 'next', skb: scope.packet.skb };
}

/** Without a connection nothing is set. */
function setCtMark(skb: Skb, mark: number): StatementOutcome {
  if (skb.ct.kind === 'tracked') skb.ct.connection.mark = mark;
  return { kind: 'next', skb };
}

/** Conntrack that has looked is not asked again. Linux: nft_ct_set_zone_eval(). */
function setZone(skb: Skb, zone: Zone): StatementOutcome {
  return {
    kind: 'next',
    skb: skb.ct.kind === 'none' ? { ...skb, ct: { kind: 'none', zone } } : skb,
  };
}

/** Labels that were not listed stay unknown. Linux: nf_connlabels_replace(). */
function addLabels(skb: Skb, bits: bigint): StatementOutcome {
  if (skb.ct.kind === 'tracked' && skb.ct.connection.labels !== null) {
    const { connection } = skb.ct;
    connection.labels = new Set([...skb.ct.connection.labels, ...labelsOf(bits)]);
  }
  return { kind: 'next', skb };
}

/** Only lowers it. An unknown value (`rt mtu`) leaves an unknown size. Linux: nft_exthdr_tcp_set_eval(). */
function setMss(packet: Packet, value: Part): Packet {
  const t = packet.transport;
  if (t.kind !== 'tcp' || t.mss === undefined) return packet;
  if (typeof value === 'number') {
    return value < t.mss ? { ...packet, transport: { ...t, mss: value } } : packet;
  }
  const { mss: _unknown, ...rest } = t;
  return { ...packet, transport: rest };
}

/** nft's unprinted check of the protocol before a header field. */
function hasHeader(protocol: string, packet: Packet): boolean {
  switch (protocol) {
    case 'ip':
      return packet.source.family === 4;
    case 'ip6':
      return packet.source.family === 6;
    case 'th':
    case 'ether':
      return true;
    case 'icmpv6':
      return packet.transport.kind === 'icmp' && packet.source.family === 6;
    case 'icmp':
      return packet.transport.kind === 'icmp' && packet.source.family === 4;
    default:
      return packet.transport.kind === protocol;
  }
}

/** The packet with another field; null when the value or the header is not known. */
function setField(packet: Packet, field: PayloadTarget, value: Part): Packet | null {
  if (value === null) return null;
  switch (field) {
    case 'saddr': {
      const source = scalarAddress(value);
      return source && { ...packet, source };
    }
    case 'daddr': {
      const destination = scalarAddress(value);
      return destination && { ...packet, destination };
    }
    case 'sport':
    case 'dport': {
      const t = packet.transport;
      if (typeof value !== 'number') return null;
      // `icmp code set` is listed as a change of the first two bytes: `th sport set`.
      if (t.kind === 'icmp' && field === 'sport') {
        return { ...packet, transport: { ...t, type: value >> 8, code: value & 0xff } };
      }
      return t.kind === 'tcp' || t.kind === 'udp' || t.kind === 'sctp'
        ? { ...packet, transport: { ...t, [field]: value } }
        : null;
    }
    case 'type':
    case 'code': {
      const t = packet.transport;
      return t.kind === 'icmp' && typeof value === 'number'
        ? { ...packet, transport: { ...t, [field]: value } }
        : null;
    }
    case 'flags': {
      const t = packet.transport;
      return t.kind === 'tcp' && typeof value === 'number'
        ? { ...packet, transport: { ...t, flags: tcpFlagsOf(value) } }
        : null;
    }
    case 'ttl':
    case 'hoplimit':
      return typeof value === 'number' ? { ...packet, ttl: value } : null;
    case 'dscp':
      return typeof value === 'number' ? { ...packet, tos: (value << 2) | (packet.tos & 3) } : null;
    case 'ecn':
      return typeof value === 'number' ? { ...packet, tos: (packet.tos & ~3) | (value & 3) } : null;
  }
}
