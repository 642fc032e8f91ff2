import { type Address, parseAddress } from '../../../../src/packet/address.ts';
import type {
  ExtensionHeader,
  Fragment,
  Packet,
  SctpChunk,
  TcpFlags,
  TransportHeader,
} from '../../../../src/packet/packet.ts';
import { addressBytes, wireBytes } from '../../../../src/packet/wire.ts';

/** A packet to send, with everything that has a usual value left out. */
export interface PacketSpec {
  readonly source: string;
  readonly destination: string;
  readonly ttl?: number;
  readonly tos?: number;
  readonly dontFragment?: boolean;
  readonly extensions?: readonly ExtensionHeader[];
  /** Of the transport header and payload, only what lies in it is sent. */
  readonly fragment?: Fragment;
  readonly carries: Carried;
}

export type Carried =
  | {
      readonly kind: 'tcp';
      readonly sport?: number;
      readonly dport: number;
      readonly flags: TcpFlags;
      /** Options as bytes, their number divisible by four. */
      readonly options?: readonly number[];
      readonly payload?: string;
    }
  | {
      readonly kind: 'udp' | 'sctp';
      readonly sport?: number;
      readonly dport: number;
      readonly payload?: string | readonly number[];
    }
  | {
      readonly kind: 'icmp';
      readonly type: number;
      readonly code?: number;
      readonly id?: number;
      readonly quoted?: Packet;
    }
  | { readonly kind: 'bytes'; readonly protocol: number; readonly bytes: readonly number[] };

const SPORT = 40_000;
const PROTOCOLS = { tcp: 6, udp: 17, sctp: 132 } as const;
const FRAGMENT_HEADER = 44;

/** The packet of a description, with all its bytes. */
export function packetOf(spec: PacketSpec): Packet {
  const source = addressOf(spec.source);
  const destination = addressOf(spec.destination);
  const { extensions: others, fragment, carries } = spec;
  const protocol =
    carries.kind === 'bytes'
      ? carries.protocol
      : carries.kind === 'icmp'
        ? source.family === 4
          ? 1
          : 58
        : PROTOCOLS[carries.kind];
  const whole = bodyOf(carries, protocol, source, destination);
  const body = fragment ? part(whole, fragment) : whole;
  const listed =
    fragment && source.family === 6 ? [...(others ?? []), fragmentHeader(fragment)] : others;
  const extensions = listed && chained(listed, protocol);
  const before = source.family === 4 ? 20 : 40;
  const between = (extensions ?? []).reduce((sum, { bytes }) => sum + bytes.length, 0);
  return {
    source,
    destination,
    protocol,
    ttl: spec.ttl ?? 64,
    tos: spec.tos ?? 0,
    length: before + between + body.length,
    dontFragment: spec.dontFragment ?? false,
    transport: fragment && fragment.offset > 0 ? { kind: 'other' } : transportOf(carries),
    body,
    ...(fragment ? { fragment } : {}),
    ...(extensions ? { extensions } : {}),
  };
}

/** Its bytes; the identification is that of the test, and the flow label is 0. */
export function bytesOf(packet: Packet, id: number): Buffer {
  const bytes = Buffer.from(wireBytes(packet).map((byte) => byte ?? 0));
  if (packet.source.family === 4) {
    bytes.writeUInt16BE(id, 4);
    bytes.writeUInt16BE(0, 10);
    bytes.writeUInt16BE(checksum(bytes.subarray(0, 20)), 10);
  } else bytes.writeUInt8((packet.tos & 15) << 4, 1);
  return bytes;
}

function addressOf(text: string): Address {
  const address = parseAddress(text);
  if (!address) throw new Error(text);
  return address;
}

function part(whole: Buffer, { offset, more }: Fragment): Buffer {
  return whole.subarray(offset, more ? offset + 16 : undefined);
}

const FRAGMENT_ID = 7;

function fragmentHeader({ offset, more }: Fragment): ExtensionHeader {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt16BE(offset | (more ? 1 : 0), 2);
  bytes.writeUInt32BE(FRAGMENT_ID, 4);
  return { protocol: FRAGMENT_HEADER, bytes };
}

/** Each header names the next one. */
function chained(
  headers: readonly ExtensionHeader[],
  protocol: number,
): readonly ExtensionHeader[] {
  return headers.map(({ protocol: own, bytes }, i) => ({
    protocol: own,
    bytes: Uint8Array.from([headers[i + 1]?.protocol ?? protocol, ...bytes.subarray(1)]),
  }));
}

function transportOf(carries: Carried): TransportHeader {
  switch (carries.kind) {
    case 'tcp': {
      const { sport = SPORT, dport, flags, options = [] } = carries;
      const mss = options[0] === 2 ? (options[2] ?? 0) * 256 + (options[3] ?? 0) : null;
      return { kind: 'tcp', sport, dport, flags, ...(mss === null ? {} : { mss }) };
    }
    case 'udp':
      return { kind: 'udp', sport: carries.sport ?? SPORT, dport: carries.dport };
    case 'sctp': {
      const { sport = SPORT, dport, payload = [] } = carries;
      const content = { tag: 0, chunks: chunksOf(payload) };
      return { kind: 'sctp', sport, dport, content };
    }
    case 'icmp': {
      const { type, code = 0, id, quoted } = carries;
      return {
        kind: 'icmp',
        type,
        code,
        ...(id === undefined ? {} : { id }),
        ...(quoted ? { quoted } : {}),
      };
    }
    case 'bytes':
      return { kind: 'other' };
  }
}

function chunksOf(payload: string | readonly number[]): readonly SctpChunk[] {
  const bytes = Buffer.from(payload as readonly number[]);
  const chunks: SctpChunk[] = [];
  for (let at = 0; at < bytes.length; at += (bytes.readUInt16BE(at + 2) + 3) & ~3) {
    const type = bytes.readUInt8(at);
    chunks.push(type === 1 ? { type, initiateTag: bytes.readUInt32BE(at + 4) } : { type });
  }
  return chunks;
}

const FLAGS = ['fin', 'syn', 'rst', 'psh', 'ack', 'urg', 'ece', 'cwr'] as const;

function bodyOf(carries: Carried, protocol: number, source: Address, destination: Address): Buffer {
  switch (carries.kind) {
    case 'tcp': {
      const { sport = SPORT, dport, flags, options = [], payload = '' } = carries;
      const header = Buffer.alloc(20);
      header.writeUInt16BE(sport, 0);
      header.writeUInt16BE(dport, 2);
      header.writeUInt32BE(flags.syn ? 1000 : 1001, 4);
      header.writeUInt32BE(flags.ack ? 1001 : 0, 8);
      header.writeUInt8((5 + options.length / 4) << 4, 12);
      const bits = FLAGS.reduce((sum, name, i) => sum + (flags[name] ? 2 ** i : 0), 0);
      header.writeUInt8(bits, 13);
      header.writeUInt16BE(64_240, 14);
      const body = Buffer.concat([header, Buffer.from(options), Buffer.from(payload)]);
      return withChecksum(body, 16, pseudoHeader(source, destination, protocol, body.length));
    }
    case 'udp': {
      const { sport = SPORT, dport, payload = '' } = carries;
      const header = Buffer.alloc(8);
      const data = typeof payload === 'string' ? Buffer.from(payload) : Buffer.from(payload);
      header.writeUInt16BE(sport, 0);
      header.writeUInt16BE(dport, 2);
      header.writeUInt16BE(8 + data.length, 4);
      const body = Buffer.concat([header, data]);
      return withChecksum(body, 6, pseudoHeader(source, destination, protocol, body.length));
    }
    case 'sctp': {
      const { sport = SPORT, dport, payload = [] } = carries;
      const header = Buffer.alloc(12);
      header.writeUInt16BE(sport, 0);
      header.writeUInt16BE(dport, 2);
      const body = Buffer.concat([header, Buffer.from(payload as readonly number[])]);
      body.writeUInt32LE(crc32c(body), 8);
      return body;
    }
    case 'icmp': {
      const { type, code = 0, id = 0, quoted } = carries;
      const header = Buffer.from([type, code, 0, 0, id >>> 8, id & 255, 0, 0]);
      const body = Buffer.concat([header, quoted ? bytesOf(quoted, 1) : Buffer.alloc(0)]);
      const before =
        source.family === 4
          ? Buffer.alloc(0)
          : pseudoHeader(source, destination, protocol, body.length);
      return withChecksum(body, 2, before);
    }
    case 'bytes':
      return Buffer.from(carries.bytes);
  }
}

function pseudoHeader(
  source: Address,
  destination: Address,
  protocol: number,
  length: number,
): Buffer {
  const rest = Buffer.alloc(8);
  rest.writeUInt32BE(length, 0);
  rest.writeUInt32BE(protocol, 4);
  return Buffer.concat([
    Buffer.from(addressBytes(source)),
    Buffer.from(addressBytes(destination)),
    rest,
  ]);
}

function withChecksum(body: Buffer, at: number, before: Buffer): Buffer {
  body.writeUInt16BE(checksum(Buffer.concat([before, body])), at);
  return body;
}

/** RFC 1071; the field itself must be 0. */
function checksum(bytes: Buffer): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) sum += (bytes[i] ?? 0) * 256 + (bytes[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

/** RFC 9260, appendix A. */
function crc32c(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let i = 0; i < 8; i++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  return ~crc >>> 0;
}
