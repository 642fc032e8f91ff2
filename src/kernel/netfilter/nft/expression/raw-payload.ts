import { PROTOCOL } from '../../../../packet/protocol.ts';
import { frameDevice, linkLayerOf } from '../link-layer.ts';
import type { RuleScope } from '../rule-scope.ts';
import { BREAK, type Evaluated, known, UNKNOWN_VALUE } from '../value.ts';
import {
  type HeaderBytes,
  ipHeaderLength,
  linkBytes,
  networkBytes,
  transportHeaderBytes,
} from './header-bytes.ts';

/** Bits of a packet by their place: `@th,16,16`. Linux: struct nft_payload. */
export interface RawPayloadExpression {
  readonly kind: 'raw-payload';
  /** Link, network, transport header, or what the transport header carries. */
  readonly base: RawBase;
  /** In bits. */
  readonly offset: number;
  readonly length: number;
}

export const RAW_BASES = ['ll', 'nh', 'th', 'ih'] as const;

export type RawBase = (typeof RAW_BASES)[number];

/** Bits past the packet's end end the rule. Linux: nft_payload_eval(), nft_payload_inner_offset(). */
export function evaluateRawPayload(
  { base, offset, length }: RawPayloadExpression,
  scope: RuleScope,
): Evaluated {
  const header = headerOf(base, scope);
  if (header === null) return BREAK;
  if (header === 'unknown') return UNKNOWN_VALUE;
  const last = Math.ceil((offset + length) / 8);
  if (last > header.length) return BREAK;
  let bits = 0n;
  for (let i = Math.floor(offset / 8); i < last; i++) {
    const byte = header.bytes[i] ?? null;
    if (byte === null) return UNKNOWN_VALUE;
    bits = (bits << 8n) | BigInt(byte);
  }
  const value = (bits >> BigInt(last * 8 - offset - length)) & ((1n << BigInt(length)) - 1n);
  return known(length <= WIDEST_NUMBER ? Number(value) : value);
}

/** Integers of more bits are bigints. */
export const WIDEST_NUMBER = 48;

/** null when the packet has no such header. */
function headerOf(base: RawBase, scope: RuleScope): HeaderBytes | 'unknown' | null {
  const { skb, context } = scope.packet;
  switch (base) {
    case 'nh':
      return networkBytes(skb.packet);
    case 'th':
      return transportHeaderBytes(skb.packet);
    case 'll': {
      const layer = linkLayerOf(context.netns, frameDevice(scope));
      return layer === 'none' ? null : layer === 'unknown' ? layer : linkBytes(skb);
    }
    case 'ih':
      return carried(skb.packet);
  }
}

/** What TCP and UDP carry. */
function carried(packet: RuleScope['packet']['skb']['packet']): HeaderBytes | 'unknown' | null {
  const { transport, protocol, length } = packet;
  if (transport.kind === 'udp') {
    return { bytes: [], length: length - ipHeaderLength(packet) - UDP_HEADER };
  }
  if (protocol !== PROTOCOL.tcp || transport.kind !== 'tcp') return null;
  return length > ipHeaderLength(packet) + TCP_HEADER ? 'unknown' : null;
}

const UDP_HEADER = 8;
/** Without options, whose length packets of the model do not have. */
const TCP_HEADER = 20;
