import { execFile } from 'node:child_process';
import type { ObservedPacket } from '../../../src/evidence/observation.ts';
import { formatAddress } from '../../../src/packet/address.ts';
import type { TcpFlags } from '../../../src/packet/packet.ts';

/** What tshark is asked for, each with how one of our packets has it; null where it has none. */
interface Field {
  readonly name: string;
  readonly of: (packet: ObservedPacket) => string | number | null | undefined;
}

const BITS: Readonly<Record<keyof TcpFlags, number>> = {
  fin: 1,
  syn: 2,
  rst: 4,
  psh: 8,
  ack: 16,
  urg: 32,
  ece: 64,
  cwr: 128,
};

const flagBits = (flags: TcpFlags): number =>
  Object.keys(flags).reduce((bits, name) => bits | BITS[name as keyof TcpFlags], 0);

const ofFamily =
  (family: 4 | 6, value: Field['of']): Field['of'] =>
  (packet) =>
    packet.source.family === family ? value(packet) : null;
const ofProtocol =
  (protocol: number, value: Field['of']): Field['of'] =>
  (packet) =>
    packet.protocol === protocol ? value(packet) : null;

const FIELDS: readonly Field[] = [
  { name: 'ip.src', of: ofFamily(4, ({ source }) => formatAddress(source)) },
  { name: 'ip.dst', of: ofFamily(4, ({ destination }) => formatAddress(destination)) },
  { name: 'ip.ttl', of: ofFamily(4, ({ ttl }) => ttl) },
  { name: 'ip.id', of: ofFamily(4, ({ ipId }) => ipId) },
  { name: 'ip.proto', of: ofFamily(4, ({ protocol }) => protocol) },
  { name: 'ip.len', of: ofFamily(4, ({ length }) => length) },
  { name: 'ip.dsfield', of: ofFamily(4, ({ tos }) => tos) },
  { name: 'ip.flags.df', of: ofFamily(4, ({ dontFragment }) => (dontFragment ? 1 : 0)) },
  // tshark counts as the header does, in units of 8 bytes.
  { name: 'ip.frag_offset', of: ofFamily(4, ({ fragmentOffset }) => (fragmentOffset ?? 0) / 8) },
  { name: 'ipv6.src', of: ofFamily(6, ({ source }) => formatAddress(source)) },
  { name: 'ipv6.dst', of: ofFamily(6, ({ destination }) => formatAddress(destination)) },
  { name: 'ipv6.hlim', of: ofFamily(6, ({ ttl }) => ttl) },
  { name: 'ipv6.plen', of: ofFamily(6, ({ length }) => length && length - 40) },
  { name: 'ipv6.tclass', of: ofFamily(6, ({ tos }) => tos) },
  { name: 'ipv6.fraghdr.ident', of: ofFamily(6, ({ ipId }) => ipId) },
  { name: 'tcp.srcport', of: ofProtocol(6, ({ sport }) => sport) },
  { name: 'tcp.dstport', of: ofProtocol(6, ({ dport }) => dport) },
  { name: 'udp.srcport', of: ofProtocol(17, ({ sport }) => sport) },
  { name: 'udp.dstport', of: ofProtocol(17, ({ dport }) => dport) },
  { name: 'sctp.srcport', of: ofProtocol(132, ({ sport }) => sport) },
  { name: 'sctp.dstport', of: ofProtocol(132, ({ dport }) => dport) },
  { name: 'tcp.flags', of: ({ tcp }) => tcp && flagBits(tcp.flags) },
  { name: 'tcp.window_size_value', of: ({ tcp }) => tcp?.window },
  { name: 'tcp.options.mss_val', of: ({ tcp }) => tcp?.mss },
  { name: 'tcp.options.wscale.shift', of: ({ tcp }) => tcp?.windowScale },
  { name: 'tcp.options.timestamp.tsval', of: ({ tcp }) => tcp?.timestampValue },
  { name: 'tcp.options.timestamp.tsecr', of: ({ tcp }) => tcp?.timestampEcho },
  { name: 'icmp.type', of: ofProtocol(1, ({ icmp }) => icmp?.type) },
  { name: 'icmp.code', of: ofProtocol(1, ({ icmp }) => icmp?.code) },
  { name: 'icmp.ident', of: ofProtocol(1, ({ icmp }) => icmp?.id) },
  { name: 'icmp.seq', of: ofProtocol(1, ({ icmp }) => icmp?.sequence) },
  { name: 'icmp.mtu', of: ofProtocol(1, ({ icmp }) => icmp?.mtu) },
  { name: 'icmpv6.type', of: ofProtocol(58, ({ icmp }) => icmp?.type) },
  { name: 'icmpv6.code', of: ofProtocol(58, ({ icmp }) => icmp?.code) },
  { name: 'icmpv6.echo.identifier', of: ofProtocol(58, ({ icmp }) => icmp?.id) },
  { name: 'icmpv6.echo.sequence_number', of: ofProtocol(58, ({ icmp }) => icmp?.sequence) },
  { name: 'icmpv6.mtu', of: ofProtocol(58, ({ icmp }) => icmp?.mtu) },
];

/** Sequence numbers and lengths of TCP, which tshark shows of cut headers, too. */
const TCP_NUMBERS: readonly Field[] = [
  { name: 'tcp.seq_raw', of: ({ tcp }) => tcp?.sequence },
  { name: 'tcp.ack_raw', of: ({ tcp }) => tcp && (tcp.acknowledgement ?? 0) },
  { name: 'tcp.len', of: ({ tcp }) => tcp?.payloadLength },
];

const NAMES = [
  'frame.number',
  'frame.time_epoch',
  'frame.protocols',
  'frame.len',
  'frame.cap_len',
  'ip.flags.mf',
];

/** One frame of a capture, field by field; values of packets in packets follow each other. */
export interface SharkFrame {
  readonly number: number;
  readonly time: number;
  readonly protocols: string;
  /** Not all of the frame was captured. */
  readonly isCut: boolean;
  /** What it holds is part of something larger. */
  readonly isFragment: boolean;
  readonly fields: Readonly<Record<string, readonly string[]>>;
}

const OPTIONS = [
  ...['-o', 'ip.defragment:FALSE', '-o', 'ipv6.defragment:FALSE'],
  ...['-o', 'tcp.desegment_tcp_streams:FALSE', '-o', 'tcp.relative_sequence_numbers:FALSE'],
  ...['-d', 'udp.port==8472,vxlan', '-d', 'udp.port==53,data', '-d', 'tcp.port==80,data'],
  ...['-d', 'tcp.port==8080,data'],
];

/** All frames that tshark reads; of a damaged file those before the damage. */
export async function sharkFrames(path: string): Promise<readonly SharkFrame[]> {
  const names = [
    ...NAMES,
    ...FIELDS.map(({ name }) => name),
    ...TCP_NUMBERS.map(({ name }) => name),
  ];
  const fields = names.flatMap((name) => ['-e', name]);
  const argv = ['-n', '-r', path, ...OPTIONS, '-T', 'fields', '-E', 'separator=/t', ...fields];
  const output = await outputOf(argv);
  return output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const values = line.split('\t');
      const of = (name: string): string => values[names.indexOf(name)] ?? '';
      const entries = names.slice(NAMES.length).map((name): [string, readonly string[]] => {
        const text = of(name);
        return [name, text === '' ? [] : text.split(',').map(plain)];
      });
      return {
        number: Number(of('frame.number')),
        time: Number(of('frame.time_epoch') || Number.NaN),
        protocols: of('frame.protocols'),
        isCut: of('frame.len') !== of('frame.cap_len'),
        isFragment: of('ip.flags.mf').includes('1'),
        fields: Object.fromEntries(entries),
      };
    });
}

/** tshark fails on a damaged file behind what it could read. */
function outputOf(argv: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile('tshark', argv, { encoding: 'utf8' }, (error, stdout) => {
      if (error && stdout === '') reject(error);
      else resolve(stdout);
    });
  });
}

/** Numbers in one spelling, addresses as they are. */
function plain(text: string): string {
  return /^(?:0x[0-9a-f]+|\d+)$/i.test(text) ? String(Number(text)) : text;
}

/** The packet and all that it carries and quotes, from the outside in, as tshark lists them. */
function layers(packet: ObservedPacket): readonly ObservedPacket[] {
  // tshark does not look into flannel's udp backend.
  const shown = packet.encapsulation?.kind === 'flannel-udp' ? null : packet.inner;
  const inner = shown ? layers(shown) : [];
  const quoted = packet.icmp?.quoted ? layers(packet.icmp.quoted) : [];
  return [packet, ...inner, ...quoted];
}

/** The same fields of our packet. */
export function ourFields(packet: ObservedPacket): Readonly<Record<string, readonly string[]>> {
  const all = layers(packet);
  const valuesOf = ({ of }: Field): readonly string[] =>
    all.flatMap((layer) => of(layer) ?? []).map(String);
  return Object.fromEntries(
    [...FIELDS, ...TCP_NUMBERS].map((field): [string, readonly string[]] => [
      field.name,
      valuesOf(field),
    ]),
  );
}

/** Without the numbers of TCP, which tshark does not work out in quoted packets and in fragments. */
export function withoutTcpNumbers(
  fields: Readonly<Record<string, readonly string[]>>,
): Readonly<Record<string, readonly string[]>> {
  const left = TCP_NUMBERS.map(({ name }) => name);
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !left.includes(name)));
}
