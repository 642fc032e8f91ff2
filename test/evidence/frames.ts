/** Builds frames byte by byte for the tests of the capture readers. */

export function hex(text: string): Uint8Array {
  const digits = text.replace(/\s+/g, '');
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

export function bytes(...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function u16(value: number): readonly number[] {
  return [(value >> 8) & 255, value & 255];
}

function u32(value: number): readonly number[] {
  return [...u16(value >>> 16), ...u16(value)];
}

export interface Ipv4Fields {
  readonly src?: string;
  readonly dst?: string;
  readonly protocol?: number;
  readonly ttl?: number;
  readonly id?: number;
  readonly tos?: number;
  /** The flags and offset field. */
  readonly fragment?: number;
  /** Written into the length field instead of the real length. */
  readonly length?: number;
}

export function ipv4(fields: Ipv4Fields, payload: Uint8Array): Uint8Array {
  const { src = '10.0.0.1', dst = '10.0.0.2', protocol = 6, ttl = 64, id = 100, tos = 0 } = fields;
  const { fragment = 0x4000, length = 20 + payload.length } = fields;
  const header = [
    ...[0x45, tos],
    ...u16(length),
    ...u16(id),
    ...u16(fragment),
    ...[ttl, protocol, 0, 0],
    ...src.split('.').map(Number),
    ...dst.split('.').map(Number),
  ];
  const sum = checksum(header);
  return bytes([...header.slice(0, 10), ...u16(sum), ...header.slice(12)], payload);
}

function checksum(header: readonly number[]): number {
  let sum = 0;
  for (let at = 0; at < header.length; at += 2) {
    sum += ((header[at] ?? 0) << 8) | (header[at + 1] ?? 0);
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

/** `fd00::1` to `fd00::2`. */
export function ipv6(nextHeader: number, payload: Uint8Array): Uint8Array {
  const address = (last: number): Uint8Array => bytes([0xfd], new Uint8Array(14), [last]);
  const head = [0x60, 0, 0, 0, ...u16(payload.length), nextHeader, 63];
  return bytes(head, address(1), address(2), payload);
}

export interface TcpFields {
  readonly sport?: number;
  readonly dport?: number;
  readonly seq?: number;
  readonly ack?: number;
  /** FIN 1, SYN 2, RST 4, PSH 8, ACK 16. */
  readonly flags?: number;
  readonly options?: string;
  readonly payload?: number;
}

export function tcp(fields: TcpFields = {}): Uint8Array {
  const { sport = 40000, dport = 80, seq = 1000, ack = 0, flags = 2 } = fields;
  const options = hex(fields.options ?? '020405b4');
  const offset = (5 + options.length / 4) << 4;
  const head = [...u16(sport), ...u16(dport), ...u32(seq), ...u32(ack)];
  const rest = [offset, flags, ...u16(64240), 0, 0, 0, 0];
  return bytes(head, rest, options, new Uint8Array(fields.payload ?? 0));
}

export function udp(sport: number, dport: number, payload: Uint8Array): Uint8Array {
  return bytes(u16(sport), u16(dport), u16(8 + payload.length), [0, 0], payload);
}

export function icmp(type: number, code: number, word: number, payload: Uint8Array): Uint8Array {
  return bytes([type, code, 0, 0], u32(word), payload);
}

const MACS = '02 00 00 00 00 0b 02 00 00 00 00 0a';

export function ethernet(payload: Uint8Array, type = '0800', tags = ''): Uint8Array {
  return bytes(hex(MACS), hex(tags), hex(type), payload);
}

export function vxlan(vni: number, frame: Uint8Array): Uint8Array {
  return udp(50000, 4789, bytes([8, 0, 0, 0], u32(vni << 8), frame));
}

export interface PcapOptions {
  readonly little?: boolean;
  readonly nano?: boolean;
  readonly linkType?: number;
  /** Seconds of the first frame; each further one is a second later. */
  readonly from?: number;
}

const FROM = 1_700_000_000;

/** A pcap file whose frames have a fraction of 0.25 s. */
export function pcap(frames: readonly Uint8Array[], options: PcapOptions = {}): Uint8Array {
  const { little = true, nano = false, linkType = 1, from = FROM } = options;
  const word = (value: number): readonly number[] =>
    little ? u32(value).toReversed() : u32(value);
  const half = (value: number): readonly number[] =>
    little ? u16(value).toReversed() : u16(value);
  const magic = word(nano ? 0xa1b23c4d : 0xa1b2c3d4);
  const header = [...magic, ...half(2), ...half(4), ...word(0), ...word(0), ...word(262144)];
  const records = frames.map((frame, index) => {
    const fraction = word(nano ? 250_000_000 : 250_000);
    const lengths = [...word(frame.length), ...word(frame.length)];
    return bytes([...word(from + index), ...fraction, ...lengths], frame);
  });
  return bytes(header, word(linkType), ...records);
}
