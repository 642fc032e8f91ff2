import { readIpPacket } from '../../evidence/capture/ip-packet.ts';
import type { ObservedPacket } from '../../evidence/observation.ts';
import type { CtState } from '../../linux/ct-state.ts';
import {
  type Attributes,
  bytesIn,
  joined,
  numberOf,
  readAttributes,
  textOf,
} from './netlink-attributes.ts';
import { familyName, NFGEN_SIZE, NFTA } from './nf-tables.ts';

/** One step of a packet through an nft chain. Linux: nft_trace_notify(). */
export interface TraceMessage {
  readonly skb: number;
  readonly family: string;
  /** The kernel's number of it. */
  readonly familyNumber: number;
  readonly table: string;
  readonly chain: string;
  readonly kind: 'rule' | 'return' | 'policy';
  /** nft's handle of the rule, where it is one. */
  readonly handle: number | null;
  readonly verdict: string;
  readonly mark: number;
  /** Only the first message of each base chain has headers and devices. */
  readonly dump: PacketDump | null;
}

export interface PacketDump {
  readonly iif: number | null;
  readonly oif: number | null;
  readonly ctState: CtState | null;
  readonly packet: ObservedPacket;
}

const KINDS: Readonly<Record<number, TraceMessage['kind']>> = {
  1: 'policy',
  2: 'return',
  3: 'rule',
};

/** Reads a message of NFNLGRP_NFTRACE; null for what is none. */
export function readTraceMessage(body: DataView): TraceMessage | null {
  const view = new DataView(
    body.buffer,
    body.byteOffset + NFGEN_SIZE,
    body.byteLength - NFGEN_SIZE,
  );
  const attributes = readAttributes(view);
  const table = textOf(attributes.get(NFTA.trace.table));
  const chain = textOf(attributes.get(NFTA.trace.chain));
  const skb = numberOf(attributes.get(NFTA.trace.id));
  const kind = KINDS[numberOf(attributes.get(NFTA.trace.type)) ?? 0];
  if (table === null || chain === null || skb === null || !kind) return null;
  const handle = attributes.get(NFTA.trace.ruleHandle);
  const policy = numberOf(attributes.get(NFTA.trace.policy));
  const mark = numberOf(attributes.get(NFTA.trace.mark)) ?? 0;
  return {
    skb,
    family: familyName(body.getUint8(0)),
    familyNumber: body.getUint8(0),
    table,
    chain,
    kind,
    handle: handle ? Number(handle.getBigUint64(0)) : null,
    verdict:
      kind === 'policy'
        ? verdictName(policy ?? 0)
        : readVerdict(attributes.get(NFTA.trace.verdict)),
    mark,
    dump: readDump(attributes, mark),
  };
}

function readDump(attributes: Attributes, mark: number): PacketDump | null {
  const network = attributes.get(NFTA.trace.networkHeader);
  if (!network) return null;
  const transport = hasExtension(network) ? undefined : attributes.get(NFTA.trace.transportHeader);
  const packet = readIpPacket(joined([bytesIn(network), bytesIn(transport)]));
  return (
    packet && {
      iif: numberOf(attributes.get(NFTA.trace.iif)),
      oif: numberOf(attributes.get(NFTA.trace.oif)),
      ctState: ctStateOf(numberOf(attributes.get(NFTA.trace.ctState))),
      packet: { ...packet, mark },
    }
  );
}

/**
 * Whether an extension header follows an IPv6 header: it is not in the message, so that the transport
 * header, which comes next, is of an unknown protocol. Linux: NFT_TRACETYPE_NETWORK_HSIZE is 40.
 */
function hasExtension(network: DataView): boolean {
  if (network.byteLength < 40 || network.getUint8(0) >> 4 !== 6) return false;
  return EXTENSIONS.has(network.getUint8(6));
}

const EXTENSIONS = new Set([0, 43, 44, 60]);

function readVerdict(value: DataView | undefined): string {
  if (!value) return 'continue';
  const attributes = readAttributes(value);
  const name = verdictName(numberOf(attributes.get(NFTA.verdict.code)) ?? 0);
  const chain = textOf(attributes.get(NFTA.verdict.chain));
  return chain === null ? name : `${name} ${chain}`;
}

/** Linux: NF_* and enum nft_verdicts. A queue's number is in the upper half. */
function verdictName(code: number): string {
  const names: Readonly<Record<number, string>> = {
    0: 'drop',
    1: 'accept',
    2: 'stolen',
    3: 'queue',
    4: 'repeat',
    [-1]: 'continue',
    [-2]: 'break',
    [-3]: 'jump',
    [-4]: 'goto',
    [-5]: 'return',
  };
  const signed = code | 0;
  return names[signed < 0 ? signed : signed & 0xff] ?? String(signed);
}

/** Linux: NF_CT_STATE_BIT(), NF_CT_STATE_INVALID_BIT and NF_CT_STATE_UNTRACKED_BIT. */
function ctStateOf(bits: number | null): CtState | null {
  if (bits === null) return null;
  if (bits & 1) return 'INVALID';
  if (bits & 64) return 'UNTRACKED';
  if (bits & 2) return 'ESTABLISHED';
  if (bits & 4) return 'RELATED';
  return bits & 8 ? 'NEW' : null;
}
