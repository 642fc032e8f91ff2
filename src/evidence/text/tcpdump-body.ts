import type { TcpFlags } from '../../packet/packet.ts';
import { PROTOCOL, parseProtocol } from '../../packet/protocol.ts';
import type { Encapsulation, ObservedPacket, ObservedTcp } from '../observation.ts';
import { findEndpointPair } from './tcpdump-endpoint.ts';
import { readTcpdumpIcmp } from './tcpdump-icmp.ts';

/** What tcpdump prints after `A > B: `. */
export interface TcpdumpBody {
  readonly protocol: number;
  readonly tcp: ObservedTcp | null;
  readonly icmp: ObservedPacket['icmp'];
  /** IP length as far as the body tells it. */
  readonly length: number | null;
  /** The carried packet follows: in the same line from `innerAt` on, else in the next line. */
  readonly carries: Encapsulation | null;
  readonly innerAt: number | null;
}

export interface BodyContext {
  /** From the `-v` header. */
  readonly protocol: number | null;
  readonly hasPorts: boolean;
  readonly ends: Pick<ObservedPacket, 'source' | 'destination'>;
}

const PROTOCOL_IPV6 = 41;
const PROTOCOL_FRAGMENT = 44;

/** `[udp sum ok] `, `[bad icmp6 cksum 0x1 -> 0x2!] `, which -v puts first. */
const CHECKSUM = /^\[[^\]]{0,20}(?:cksum|sum ok)[^\]]{0,40}\] /;

/** Reads the text of a packet's payload; null when the protocol cannot be told. */
export function readTcpdumpBody(text: string, context: BodyContext): TcpdumpBody | null {
  const body = text.trimStart().replace(CHECKSUM, '');
  if (body.startsWith('Flags [')) return tcpBody(readFlags(body));
  const old = OLD_TCP.exec(body);
  if (old && (context.protocol ?? PROTOCOL.tcp) === PROTOCOL.tcp && context.hasPorts) {
    return tcpBody(readOldTcp(body, old));
  }
  const udp = /^UDP, (?:bad )?length:? (\d{1,5})/.exec(body);
  if (udp) return { ...plain(PROTOCOL.udp), length: headerLength(context) + 8 + Number(udp[1]) };
  if (/^ICMP6?[ ,:]/.test(body)) {
    const family = context.ends.source.family;
    const protocol = family === 4 ? PROTOCOL.icmp : PROTOCOL.icmpv6;
    return { ...plain(protocol), icmp: readTcpdumpIcmp(body, context.ends) };
  }
  const tunnel = readTunnel(text, body);
  if (tunnel) return tunnel;
  const protocol = context.protocol ?? protocolOfWords(body, context.hasPorts);
  return protocol === null ? null : plain(protocol);
}

/** What a fragment is of that is not the first one, nothing says: it is printed as a fragment. */
export function laterFragment(): TcpdumpBody {
  return plain(PROTOCOL_FRAGMENT);
}

function plain(protocol: number): TcpdumpBody {
  return { protocol, tcp: null, icmp: null, length: null, carries: null, innerAt: null };
}

function tcpBody(tcp: ObservedTcp): TcpdumpBody {
  return { ...plain(PROTOCOL.tcp), tcp };
}

function headerLength(context: BodyContext): number {
  return context.ends.source.family === 4 ? 20 : 40;
}

const GENEVE =
  /^Geneve, Flags \[[^\]]{0,20}\], vni (0x[0-9a-f]{1,8}|\d{1,8})(?:(?:, proto [\w ]{1,30}\(0x[0-9a-f]{1,4}\))?(?:, options \[[^\]]{0,300}\])?: )?/;

function readTunnel(text: string, body: string): TcpdumpBody | null {
  const vxlan = /^(VXLAN|OTV), flags \[[^\]]{0,20}\]/.exec(body);
  if (vxlan) {
    const vni = /(?:vni|instance) (\d{1,8})/.exec(body)?.[1];
    const carries = { kind: 'vxlan', vni: vni === undefined ? null : Number(vni) } as const;
    return { ...plain(PROTOCOL.udp), carries };
  }
  const geneve = GENEVE.exec(body);
  if (geneve) {
    const carries = { kind: 'geneve', vni: Number(geneve[1]) } as const;
    const shown = body[geneve[0].length - 1] === ' ';
    const innerAt = shown ? text.length - body.length + geneve[0].length : afterLength(text);
    return { ...plain(PROTOCOL.udp), carries, innerAt };
  }
  if (/^GREv\d,/.test(body)) {
    const carries = { kind: 'gre', vni: null } as const;
    return { ...plain(PROTOCOL.gre), carries, innerAt: afterLength(text) };
  }
  // With -e the carried packet has no word before it.
  const pair = findEndpointPair(body, 0);
  if (/^(?:IP6? |\((?:tos|class|flowlabel) 0x|\(hlim )/.test(body) || pair?.start === 0) {
    const carries = { kind: 'ipip', vni: null } as const;
    const isIpv6 =
      /^(?:IP6 |\((?:class|flowlabel|hlim) )/.test(body) || pair?.a.address.family === 6;
    const outer = isIpv6 ? PROTOCOL_IPV6 : PROTOCOL.ipip;
    return { ...plain(outer), carries, innerAt: text.length - body.length };
  }
  return null;
}

/** Where what is carried begins in the same line. */
function afterLength(text: string): number | null {
  const length = /, length \d{1,5}: /.exec(text);
  return length && length.index + length[0].length;
}

function protocolOfWords(body: string, hasPorts: boolean): number | null {
  // What a capture's length cut off is named: `[|tcp]`.
  const word = /^(?:\[\|)?([A-Za-z0-9-]{1,20})/.exec(body)?.[1]?.toLowerCase() ?? '';
  const numbered = /^ip-proto-(\d{1,3})$/.exec(word)?.[1];
  if (numbered !== undefined) return parseProtocol(numbered);
  const named = parseProtocol(word);
  if (named !== null && !/^\d/.test(word)) return named;
  // A decoded payload (DNS, NTP...): tcpdump prints Flags for TCP, so ports without are UDP.
  return hasPorts ? PROTOCOL.udp : null;
}

const LETTERS: Readonly<Record<string, keyof TcpFlags>> = {
  S: 'syn',
  F: 'fin',
  P: 'psh',
  R: 'rst',
  U: 'urg',
  E: 'ece',
  W: 'cwr',
  '.': 'ack',
};

function flagsOf(letters: string): TcpFlags {
  const flags: { -readonly [name in keyof TcpFlags]: TcpFlags[name] } = {};
  if (letters === 'none') return flags;
  for (const letter of letters) {
    const name = LETTERS[letter];
    if (name) flags[name] = true;
  }
  return flags;
}

function readFlags(body: string): ObservedTcp {
  const flags = flagsOf(/^Flags \[([^\]]{0,12})\]/.exec(body)?.[1] ?? '');
  const optionsAt = body.indexOf(' options [');
  const optionsEnd = optionsAt < 0 ? -1 : body.indexOf(']', optionsAt);
  const options = optionsEnd < 0 ? '' : body.slice(optionsAt + 10, optionsEnd);
  const rest = optionsEnd < 0 ? body : `${body.slice(0, optionsAt)}${body.slice(optionsEnd + 1)}`;
  const sequence = field(rest, / seq (\d{1,10})/);
  return {
    ...numbers(flags, sequence, field(rest, / ack (\d{1,10})/)),
    ...optionFields(options),
    window: field(rest, / win (\d{1,10})/),
    payloadLength: field(rest, / length (\d{1,7})/),
  };
}

/** Before tcpdump 4: `S 1:1(0) win 5840 <mss 1460>`, `. ack 1 win 46`, `P 1:9(8) ack 1 win 46`. */
const OLD_TCP =
  /^([SFPRWE]{1,6}|\.)(?:,? \[[^\]]{0,40}\])?(?:,? cksum 0x[0-9a-f]{1,4} \([^)]{0,40}\)\)?)?,? (?:(\d{1,10}):(\d{1,10})\((\d{1,7})\)(?: |$)|ack \d)/;

function readOldTcp(body: string, match: RegExpExecArray): ObservedTcp {
  const acknowledgement = field(body, / ack (\d{1,10})/);
  const letters = (match[1] ?? '').replace('.', '');
  const flags = flagsOf(acknowledgement === null ? letters : `${letters}.`);
  const sequence = match[2] === undefined ? null : Number(match[2]);
  return {
    ...numbers(flags, sequence, acknowledgement),
    ...optionFields(/<([^>]{0,200})>/.exec(body)?.[1] ?? ''),
    window: field(body, / win (\d{1,10})/),
    payloadLength: match[4] === undefined ? 0 : Number(match[4]),
  };
}

/**
 * tcpdump counts relative to the first packet it sees of each direction, so only a SYN's own
 * numbers are surely absolute.
 */
function numbers(
  flags: TcpFlags,
  sequence: number | null,
  acknowledgement: number | null,
): Pick<ObservedTcp, 'flags' | 'sequence' | 'printedSequence' | 'acknowledgement'> {
  return {
    flags,
    sequence: flags.syn ? sequence : null,
    printedSequence: sequence,
    acknowledgement: flags.syn ? acknowledgement : null,
  };
}

function optionFields(
  text: string,
): Pick<ObservedTcp, 'mss' | 'windowScale' | 'timestampValue' | 'timestampEcho'> {
  return {
    mss: field(text, /\bmss (\d{1,5})/),
    windowScale: field(text, /\bwscale (\d{1,3})/),
    timestampValue: field(text, /\bTS val (\d{1,10})/) ?? field(text, /\btimestamp (\d{1,10})/),
    timestampEcho:
      field(text, /\becr (\d{1,10})/) ?? field(text, /\btimestamp \d{1,10} (\d{1,10})/),
  };
}

function field(text: string, pattern: RegExp): number | null {
  const value = pattern.exec(text)?.[1];
  return value === undefined ? null : Number(value);
}
