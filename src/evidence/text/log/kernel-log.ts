import { type Address, parseAddress } from '../../../packet/address.ts';
import { PROTOCOL, parseProtocol } from '../../../packet/protocol.ts';
import { BARE_PACKET } from '../../bare-packet.ts';
import type { ObservedIcmp, ObservedLink, ObservedPacket, ObservedTcp } from '../../observation.ts';
import { TCP_FLAG, tcpFlagSet } from '../../tcp-flag-set.ts';
import { NO_TCP_OPTIONS, readTcpOptions } from '../../tcp-options.ts';
import { type LogFraming, readFraming } from './log-framing.ts';
import { type LogTokens, logTokens } from './log-tokens.ts';

/**
 * A packet that a LOG or TRACE rule printed. Keys repeat within a line (LEN, ID, SRC), so it is
 * read by position. Linux: dump_ipv4_packet(), dump_ipv6_packet() in net/netfilter/nf_log_syslog.c.
 */
export interface KernelLogLine {
  readonly framing: LogFraming;
  /** Verbatim, with its trailing blank if it has one. */
  readonly prefix: string;
  readonly iif: string | null;
  readonly oif: string | null;
  readonly physin: string | null;
  readonly physout: string | null;
  readonly link: ObservedLink | null;
  readonly packet: ObservedPacket;
  readonly uid: number | null;
  /** The line ends before the packet's last field. */
  readonly cut: boolean;
}

export type KernelLogResult =
  | { readonly kind: 'line'; readonly line: KernelLogLine }
  | { readonly kind: 'no-packet' } // ARP, or a packet too short for its headers
  | { readonly kind: 'unreadable'; readonly code: string };

/** Null when the line has no IN= and OUT= of a LOG line. */
export function parseKernelLog(line: string): KernelLogResult | null {
  const out = findOut(line);
  if (out < 0) return null;
  const start = line.lastIndexOf('IN=', out - 1);
  if (start < 0 || line.slice(start + 3, out).includes(' ')) return null;
  const repeated = line.includes('message repeated ') && line.endsWith(']');
  const cursor = logTokens(repeated ? line.slice(start, -1) : line.slice(start));
  const iif = cursor.value('IN') || null;
  const oif = cursor.value('OUT') || null;
  const physin = cursor.value('PHYSIN') || null;
  const physout = cursor.value('PHYSOUT') || null;
  const link = readLink(cursor);
  cursor.value('TUNNEL');
  if (cursor.word('ARP')) return { kind: 'no-packet' };
  const packet = readPacket(cursor, true);
  // The headers did not fit into the packet: Linux says so and prints no more.
  if (!packet && line.trimEnd().endsWith(' TRUNCATED')) return { kind: 'no-packet' };
  if (!packet) return { kind: 'unreadable', code: 'log-line-without-packet' };
  const uid = cursor.number('UID');
  cursor.number('GID');
  const mark = cursor.value('MARK');
  const framing = readFraming(line.slice(0, start));
  return {
    kind: 'line',
    line: {
      framing,
      prefix: framing.message,
      iif,
      oif,
      physin,
      physout,
      link,
      packet: { ...packet.value, mark: readMark(mark, packet.cut) },
      uid,
      cut: packet.cut,
    },
  };
}

function findOut(line: string): number {
  const source = line.indexOf('SRC=');
  const limit = source < 0 ? line.length : source;
  return line.lastIndexOf(' OUT=', limit);
}

/** The kernel prints the mark of a whole packet exactly when it is not 0. */
function readMark(text: string | null, cut: boolean): number | null {
  if (text === null) return cut ? null : 0;
  return /^0x[0-9a-fA-F]{1,8}$/.test(text) ? Number(text) : null;
}

function readLink(cursor: LogTokens): ObservedLink | null {
  const destinationMac = cursor.value('MACDST');
  const sourceFirst = cursor.value('MACSRC');
  if (sourceFirst !== null || destinationMac !== null) {
    const destination = destinationMac ?? cursor.value('MACDST');
    cursor.value('VPROTO');
    const vlan = cursor.number('VID');
    cursor.value('MACPROTO');
    return { sourceMac: sourceFirst, destinationMac: destination, vlan };
  }
  const mac = cursor.value('MAC');
  const octets = mac?.split(':') ?? [];
  if (octets.length < 12) return null;
  return {
    destinationMac: octets.slice(0, 6).join(':'),
    sourceMac: octets.slice(6, 12).join(':'),
    vlan: null,
  };
}

interface ReadPacket {
  readonly value: ObservedPacket;
  readonly cut: boolean;
}

function readPacket(cursor: LogTokens, quotes: boolean): ReadPacket | null {
  const source = readAddress(cursor.value('SRC'));
  const destination = readAddress(cursor.value('DST'));
  if (!source || !destination || source.family !== destination.family) return null;
  const length = cursor.number('LEN');
  const head = source.family === 4 ? readIpv4(cursor) : readIpv6(cursor);
  const name = cursor.value('PROTO');
  const protocol = name === null ? unnamedProtocol(cursor, head) : parseProtocol(name);
  if (protocol === null) return null;
  const base: ObservedPacket = { ...BARE_PACKET, ...head, source, destination, protocol, length };
  // nf_log_syslog.c stops after PROTO for all but the first fragment.
  if ((head.fragmentOffset ?? 0) > 0) return { value: base, cut: false };
  // What a writer cannot take apart it names by number and leaves at that.
  if (name === null || /^\d/.test(name)) return { value: base, cut: false };
  switch (protocol) {
    case PROTOCOL.tcp:
      return readTcp(cursor, base);
    case PROTOCOL.udp:
    case PROTOCOL.udplite:
    case PROTOCOL.sctp:
      return readPorts(cursor, base);
    case PROTOCOL.icmp:
    case PROTOCOL.icmpv6:
      return readIcmp(cursor, base, quotes);
    default:
      cursor.value('SPI');
      return { value: base, cut: false };
  }
}

/** dump_ipv6_packet() ends at an ESP header, whose protocol it names only with --log-ip-options. */
function unnamedProtocol(cursor: LogTokens, head: Ipv4Part): number | null {
  const whole = cursor.atEnd() && head.dontFragment === null && head.ttl !== null;
  return whole && (head.fragmentOffset ?? 0) === 0 ? PROTOCOL.esp : null;
}

type Ipv4Part = Pick<ObservedPacket, 'tos' | 'ttl' | 'ipId' | 'dontFragment' | 'fragmentOffset'>;

function readIpv4(cursor: LogTokens): Ipv4Part {
  const tos = readTos(cursor.value('TOS'));
  const precedence = cursor.number('PREC');
  const ttl = cursor.number('TTL');
  const ipId = cursor.number('ID');
  cursor.word('CE');
  const dontFragment = cursor.word('DF');
  cursor.word('MF');
  const fragment = cursor.fragment();
  cursor.options();
  return {
    tos: tos === null ? null : tos | (precedence ?? 0),
    ttl,
    ipId,
    dontFragment: ipId === null ? null : dontFragment,
    fragmentOffset: ipId === null ? null : fragment * 8,
  };
}

/** The kernel prints 0x10, ulogd's LOGEMU 10; both are hexadecimal. */
function readTos(text: string | null): number | null {
  return text !== null && /^(?:0x)?[0-9a-fA-F]{1,2}$/.test(text) ? Number.parseInt(text, 16) : null;
}

function readIpv6(cursor: LogTokens): Ipv4Part {
  const tos = cursor.number('TC');
  const ttl = cursor.number('HOPLIMIT');
  cursor.value('FLOWLBL');
  const fragment = cursor.extensionHeaders();
  return { tos, ttl, ipId: null, dontFragment: null, fragmentOffset: fragment };
}

function readPorts(cursor: LogTokens, base: ObservedPacket): ReadPacket {
  const sport = cursor.number('SPT');
  const dport = cursor.number('DPT');
  cursor.number('LEN');
  return {
    value: { ...base, sport, dport },
    cut: dport === null && base.protocol !== PROTOCOL.sctp,
  };
}

const FLAG_WORDS = [
  ['CWR', TCP_FLAG.cwr],
  ['ECE', TCP_FLAG.ece],
  ['URG', TCP_FLAG.urg],
  ['ACK', TCP_FLAG.ack],
  ['PSH', TCP_FLAG.psh],
  ['RST', TCP_FLAG.rst],
  ['SYN', TCP_FLAG.syn],
  ['FIN', TCP_FLAG.fin],
] as const;

function readTcp(cursor: LogTokens, base: ObservedPacket): ReadPacket {
  const sport = cursor.number('SPT');
  const dport = cursor.number('DPT');
  const sequence = cursor.number('SEQ');
  const acknowledgement = cursor.number('ACK');
  const window = cursor.number('WINDOW');
  cursor.value('RES');
  let bits = 0;
  for (const [word, bit] of FLAG_WORDS) if (cursor.word(word)) bits |= bit;
  const flags = tcpFlagSet(bits);
  const complete = cursor.number('URGP') !== null;
  const bytes = cursor.options();
  const options = bytes ? readTcpOptions(bytes) : NO_TCP_OPTIONS;
  const headers = base.source.family === 4 ? 40 : 60;
  const tcp: ObservedTcp = {
    ...options,
    flags,
    sequence,
    printedSequence: sequence,
    acknowledgement: flags.ack ? acknowledgement : null,
    window,
    payloadLength: bytes && base.length !== null ? base.length - headers - bytes.length : null,
  };
  return { value: { ...base, sport, dport, tcp: window === null ? null : tcp }, cut: !complete };
}

function readIcmp(cursor: LogTokens, base: ObservedPacket, quotes: boolean): ReadPacket {
  const type = cursor.number('TYPE');
  const code = cursor.number('CODE');
  if (type === null || code === null) return { value: base, cut: true };
  const id = cursor.number('ID');
  const sequence = cursor.number('SEQ');
  cursor.value('PARAMETER');
  cursor.value('POINTER');
  cursor.value('GATEWAY');
  const quoted = quotes && cursor.open() ? readPacket(cursor, false) : null;
  if (quoted) cursor.close();
  const icmp: ObservedIcmp = {
    type,
    code,
    id,
    sequence,
    mtu: cursor.number('MTU'),
    quoted: quoted?.value ?? null,
  };
  return { value: { ...base, icmp }, cut: false };
}

function readAddress(text: string | null): Address | null {
  return text === null ? null : parseAddress(text);
}
