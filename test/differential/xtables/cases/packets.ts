import type { ExtensionHeader, Packet } from '../../../../src/packet/packet.ts';
import { type Carried, type PacketSpec, packetOf } from './wire.ts';

/** A packet that the host gets. */
export interface Arriving {
  readonly packet: Packet;
  /** The destination of the frame; absent is the host's own address. */
  readonly frameTo?: string;
  readonly frameFrom?: string;
  /** Absent is `in0`. */
  readonly device?: 'in0' | 'out0';
}

export const NEAR = { 4: '10.0.0.9', 6: 'fd00::9' } as const;
export const FAR = { 4: '10.0.1.9', 6: 'fd00:1::9' } as const;
export const HOST = { 4: '10.0.0.1', 6: 'fd00::1' } as const;
/** Made of the sender's hardware address. */
const NEAR_EUI64 = 'fd00::ff:fe00:99';

/** The options of a SYN that Linux sends. */
const SYN_OPTIONS = [2, 4, 5, 180, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7];
const ECHO_REQUEST = { 4: 8, 6: 128 } as const;

/** SCTP chunks by type, flags and length of what they carry. */
function chunk(type: number, flags: number, length: number): readonly number[] {
  return [
    type,
    flags,
    0,
    4 + length,
    ...new Array<number>(length + ((4 - (length % 4)) % 4)).fill(0),
  ];
}

/** What both families carry alike. */
const CARRIED: readonly Carried[] = [
  { kind: 'tcp', dport: 80, flags: { syn: true }, options: SYN_OPTIONS },
  { kind: 'tcp', dport: 443, flags: { syn: true }, options: [2, 4, 3, 232] },
  { kind: 'tcp', dport: 22, sport: 40_001, flags: { syn: true } },
  { kind: 'tcp', dport: 8080, sport: 1000, flags: { ack: true, psh: true }, payload: 'GET / HTTP' },
  { kind: 'tcp', dport: 8081, flags: { ack: true, ece: true } },
  { kind: 'tcp', dport: 8082, flags: { ack: true, cwr: true, psh: true } },
  { kind: 'tcp', dport: 8083, flags: {} },
  { kind: 'tcp', dport: 8084, flags: { syn: true, ack: true }, options: [1, 1, 1, 0] },
  { kind: 'tcp', dport: 8085, flags: { rst: true } },
  { kind: 'udp', dport: 53, payload: 'abcXYZ' },
  { kind: 'udp', dport: 5, sport: 5, payload: 'xABCx' },
  { kind: 'udp', dport: 6, payload: [0, 255, 0, 255, 0] },
  { kind: 'sctp', dport: 9, payload: chunk(1, 0, 16) },
  { kind: 'sctp', dport: 10, sport: 40_001, payload: [...chunk(3, 0, 12), ...chunk(0, 2, 17)] },
  { kind: 'sctp', dport: 11, sport: 40_005, payload: [...chunk(0, 3, 13), ...chunk(0, 0, 13)] },
  { kind: 'bytes', protocol: 50, bytes: [0, 0, 0, 5, 0, 0, 0, 1, 9, 9, 9, 9] },
  { kind: 'bytes', protocol: 50, bytes: [0, 0, 0, 9, 0, 0, 0, 1, 9, 9, 9, 9] },
  { kind: 'bytes', protocol: 108, bytes: [4, 0, 0, 5, 1, 2, 3, 4] },
  { kind: 'bytes', protocol: 108, bytes: [4, 0, 0, 0, 1, 2, 3, 4] },
  { kind: 'bytes', protocol: 33, bytes: dccp(9, 0, []) },
  { kind: 'bytes', protocol: 33, bytes: dccp(99, 2, [33, 4, 1, 1]) },
  { kind: 'bytes', protocol: 33, bytes: dccp(5, 12, []) },
];

/** A DCCP packet with a long sequence number, of a type and with options. RFC 4340 5. */
function dccp(dport: number, type: number, options: readonly number[]): readonly number[] {
  const extra = type === 0 ? 4 : type === 2 ? 0 : 12;
  const header = 16 + extra + options.length;
  return [
    156,
    64,
    dport >>> 8,
    dport & 255,
    header / 4,
    0,
    0,
    0,
    (type << 1) | 1,
    0,
    0,
    0,
    0,
    0,
    0,
    1,
    ...new Array<number>(extra).fill(0),
    ...options,
  ];
}

function specs(family: 4 | 6): readonly PacketSpec[] {
  const way = { source: NEAR[family], destination: FAR[family] };
  const echo: Carried = { kind: 'icmp', type: ECHO_REQUEST[family], id: 7 };
  const udp: Carried = { kind: 'udp', dport: 53, payload: 'abc' };
  return [
    ...CARRIED.map((carries): PacketSpec => ({ ...way, carries })),
    { ...way, carries: echo },
    { ...way, tos: 0xb8, carries: { kind: 'udp', dport: 7, payload: 'ABC' } },
    { ...way, tos: 0x02, carries: { kind: 'tcp', dport: 81, flags: { ack: true, ece: true } } },
    { ...way, tos: 0x13, ttl: 3, carries: udp },
    { ...way, ttl: 255, carries: udp },
    { source: NEAR[family], destination: HOST[family], carries: udp },
    { source: FAR[family], destination: FAR[family], carries: udp },
    { ...way, source: family === 4 ? '10.0.0.8' : NEAR_EUI64, carries: udp },
  ];
}

/** An error about a packet that came from the far side. */
function errors(family: 4 | 6): readonly PacketSpec[] {
  const quoted = packetOf({
    source: FAR[family],
    destination: NEAR[family],
    carries: { kind: 'udp', sport: 53, dport: 40_000, payload: 'xyz' },
  });
  const types =
    family === 4
      ? [
          [3, 3],
          [3, 4],
          [11, 0],
          [13, 0],
        ]
      : [
          [1, 4],
          [1, 0],
          [2, 0],
          [3, 0],
        ];
  return types.map(([type = 0, code = 0]) => ({
    source: NEAR[family],
    destination: FAR[family],
    carries: { kind: 'icmp', type, code, ...(type === 13 ? {} : { quoted }) },
  }));
}

/** Parts of one datagram, and the same of a whole one that is only said to be one. */
function fragments(family: 4 | 6): readonly PacketSpec[] {
  const whole = {
    source: NEAR[family],
    destination: FAR[family],
    carries: { kind: 'udp', dport: 53, payload: 'abc'.repeat(9) },
  } as const;
  return [
    { ...whole, fragment: { offset: 0, more: true } },
    { ...whole, fragment: { offset: 16, more: false } },
  ];
}

function extension(protocol: number, ...bytes: readonly number[]): ExtensionHeader {
  return { protocol, bytes: Uint8Array.from([0, ...bytes]) };
}

const segments = (...last: readonly number[]): readonly number[] =>
  last.flatMap((byte) => [0xfd, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, byte]);

const HEADERS = {
  hop: extension(0, 0, 5, 2, 0, 0, 1, 0),
  other: extension(0, 1, 30, 12, ...new Array<number>(12).fill(0)),
  destination: extension(60, 0, 1, 4, 0, 0, 0, 0),
  zeros: extension(60, 1, 0, 0, 1, 2, 0, 0, 1, 6, 0, 0, 0, 0, 0, 0),
  ah: extension(51, 2, 0, 0, 0, 0, 0, 5, 0, 0, 0, 1, 0, 0, 0, 0),
  longAh: extension(51, 4, 0, 1, 0, 0, 0, 9, 0, 0, 0, 1, ...new Array<number>(12).fill(0)),
  routing: extension(43, 4, 0, 1, 0, 0, 0, 0, ...segments(1, 2)),
  usedRouting: extension(43, 2, 2, 0, 0, 0, 0, 1, ...segments(1)),
  segments: extension(43, 4, 4, 1, 1, 0, 0, 9, ...segments(1, 2)),
  lastSegment: extension(43, 4, 4, 0, 1, 0, 9, 0, ...segments(3, 1)),
} as const;

/** Packets with the headers that only IPv6 has. */
function withHeaders(): readonly PacketSpec[] {
  const way = { source: NEAR[6], destination: FAR[6] };
  const udp: Carried = { kind: 'udp', dport: 53, payload: 'abc' };
  const of = (carries: Carried, ...extensions: readonly ExtensionHeader[]): PacketSpec => ({
    ...way,
    carries,
    extensions,
  });
  return [
    of(udp, HEADERS.hop),
    of(udp, HEADERS.other),
    of(udp, HEADERS.destination),
    of({ kind: 'tcp', dport: 80, flags: { syn: true } }, HEADERS.hop, HEADERS.zeros),
    of(udp, HEADERS.ah),
    of(udp, HEADERS.longAh),
    of(udp, HEADERS.routing),
    of(udp, HEADERS.usedRouting, HEADERS.destination),
    of(udp, HEADERS.segments),
    of({ kind: 'tcp', dport: 80, flags: { ack: true } }, HEADERS.lastSegment),
    {
      ...way,
      carries: {
        kind: 'bytes',
        protocol: 135,
        bytes: [59, 1, 5, 0, 0, 0, ...new Array<number>(10).fill(0)],
      },
    },
    {
      ...way,
      carries: {
        kind: 'bytes',
        protocol: 135,
        bytes: [59, 1, 6, 0, 0, 0, ...new Array<number>(10).fill(0)],
      },
    },
  ];
}

function noNextHeader(): PacketSpec {
  return {
    source: NEAR[6],
    destination: FAR[6],
    carries: { kind: 'bytes', protocol: 59, bytes: [] },
  };
}

function ah(): readonly PacketSpec[] {
  const way = { source: NEAR[4], destination: FAR[4] };
  return [5, 9].map((spi) => ({
    ...way,
    carries: { kind: 'bytes', protocol: 51, bytes: [17, 4, 0, 0, 0, 0, 0, spi, 0, 0, 0, 1] },
  }));
}

/**
 * Everything that is sent, in its order. Connection tracking puts fragments together; what it has no tuple for
 * connlimit drops, and cluster takes a frame to a group for one to the host.
 */
export function allPackets(how: { readonly tracked: boolean }): readonly Arriving[] {
  const listed = [
    ...specs(4),
    ...specs(6),
    ...errors(4),
    ...errors(6),
    ...(how.tracked ? [] : [...fragments(4), ...fragments(6), noNextHeader()]),
    ...ah(),
    ...withHeaders(),
  ];
  const [first] = listed;
  if (!first) throw new Error('nothing to send');
  const sent = listed.map((spec): Arriving => ({ packet: packetOf(spec) }));
  const other = { packet: packetOf(first), frameFrom: '02:00:00:00:00:98' };
  if (how.tracked) return [...sent, other];
  const groups = ['ff:ff:ff:ff:ff:ff', '01:00:5e:00:00:09'];
  return [...sent, other, ...groups.map((frameTo) => ({ packet: packetOf(first), frameTo }))];
}

/** Answers to some of them, from the far side; and what the near side says then. */
export function answers(): readonly Arriving[] {
  return ([4, 6] as const).flatMap((family) => {
    const back = { source: FAR[family], destination: NEAR[family] };
    const on = { source: NEAR[family], destination: FAR[family] };
    const asked = packetOf({
      ...on,
      carries: { kind: 'udp', dport: 5, sport: 5, payload: 'xABCx' },
    });
    const arriving = (spec: PacketSpec): Arriving =>
      spec.source === FAR[family]
        ? { packet: packetOf(spec), device: 'out0' }
        : { packet: packetOf(spec) };
    return [
      { ...back, carries: { kind: 'udp', sport: 53, dport: 40_000, payload: 'yes' } },
      { ...on, carries: { kind: 'udp', dport: 53, payload: 'and' } },
      { ...back, carries: { kind: 'icmp', type: family === 4 ? 0 : 129, id: 7 } },
      {
        ...back,
        carries: {
          kind: 'icmp',
          type: family === 4 ? 3 : 1,
          code: family === 4 ? 3 : 4,
          quoted: asked,
        },
      },
      {
        ...back,
        carries: {
          kind: 'tcp',
          sport: 80,
          dport: 40_000,
          flags: { syn: true, ack: true },
          options: [2, 4, 5, 180],
        },
      },
      { ...on, carries: { kind: 'tcp', dport: 80, flags: { ack: true } } },
      { ...back, carries: { kind: 'udp', sport: 999, dport: 999 } },
    ].map((spec) => arriving(spec as PacketSpec));
  });
}
