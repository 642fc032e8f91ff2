import { type Address, parseAddress } from '../../../packet/address.ts';
import { PROTOCOL, parseProtocol } from '../../../packet/protocol.ts';
import { BARE_PACKET } from '../../bare-packet.ts';
import type { ObservedIcmp, ObservedLink, ObservedPacket, ObservedTcp } from '../../observation.ts';
import { NO_TCP_OPTIONS } from '../../tcp-options.ts';
import { flagsOfBits, flagsOfWords } from '../tracer/tuple-packet.ts';
import { type HeaderWords, headerWords } from './header-words.ts';
import { icmpCode, icmpType } from './icmp-words.ts';

/** The packet of an `nft monitor trace` line. */
export interface NftPacket {
  readonly iif: string | null;
  readonly oif: string | null;
  readonly mark: number | null;
  readonly link: ObservedLink | null;
  /** Null when it is no IP packet, or what is printed does not tell its protocol. */
  readonly packet: ObservedPacket | null;
}

/** Reads what follows `packet: `. */
export function readNftPacket(text: string): NftPacket {
  const words = headerWords(text);
  const mark = number(words, 'meta mark') ?? number(words, 'mark');
  return {
    iif: words.get('iif') ?? words.get('iifname') ?? null,
    oif: words.get('oif') ?? words.get('oifname') ?? null,
    mark,
    link: readLink(words),
    packet: readPacket(words, mark),
  };
}

function readLink(words: HeaderWords): ObservedLink | null {
  const sourceMac = words.get('ether saddr') ?? null;
  const destinationMac = words.get('ether daddr') ?? null;
  if (sourceMac === null && destinationMac === null) return null;
  return { sourceMac, destinationMac, vlan: number(words, 'vlan id') };
}

function readPacket(words: HeaderWords, mark: number | null): ObservedPacket | null {
  const header = words.has('ip6 saddr') ? 'ip6' : 'ip';
  const source = address(words, `${header} saddr`);
  const destination = address(words, `${header} daddr`);
  const protocol = protocolOf(words);
  if (!source || !destination || protocol === null) return null;
  const payload = number(words, `${header} length`);
  const offset = number(words, 'ip frag-off');
  const base: ObservedPacket = {
    ...BARE_PACKET,
    source,
    destination,
    protocol,
    sport: port(words, 'sport'),
    dport: port(words, 'dport'),
    tos: tos(words.get(`${header} dscp`), words.get(`${header} ecn`)),
    ttl: number(words, header === 'ip' ? 'ip ttl' : 'ip6 hoplimit'),
    ipId: number(words, 'ip id'),
    // The field holds the flags, too; it is printed when it is not 0, by some versions never.
    dontFragment: offset === null ? null : (offset & 0x4000) !== 0,
    fragmentOffset: offset === null ? null : (offset & 0x1fff) * 8,
    // IPv6 counts without its own header.
    length: payload === null || header === 'ip' ? payload : payload + 40,
    mark,
  };
  const tcp = protocol === PROTOCOL.tcp ? readTcp(words) : null;
  return { ...base, tcp, icmp: readIcmp(words) };
}

const L4 = ['tcp', 'udp', 'udplite', 'sctp', 'icmp', 'icmpv6'] as const;

function protocolOf(words: HeaderWords): number | null {
  for (const name of L4) {
    if ([...words.keys()].some((key) => key.startsWith(`${name} `))) return PROTOCOL[name];
  }
  const stated = words.get('ip protocol') ?? words.get('ip6 nexthdr') ?? words.get('meta l4proto');
  return stated === undefined ? null : parseProtocol(stated);
}

function port(words: HeaderWords, name: 'sport' | 'dport'): number | null {
  for (const header of ['tcp', 'udp', 'udplite', 'sctp', 'dccp', 'th']) {
    const value = number(words, `${header} ${name}`);
    if (value !== null) return value;
  }
  return null;
}

function readTcp(words: HeaderWords): ObservedTcp | null {
  const text = words.get('tcp flags');
  if (text === undefined) return null;
  const bits = /^0x[0-9a-f]{1,2}$/.test(text) ? Number(text) : null;
  const flags = bits === null ? flagsOfWords(text) : flagsOfBits(bits);
  const sequence = number(words, 'tcp sequence');
  return {
    ...NO_TCP_OPTIONS,
    flags,
    sequence,
    printedSequence: sequence,
    acknowledgement: flags.ack ? number(words, 'tcp ackseq') : null,
    window: number(words, 'tcp window'),
    payloadLength: null,
  };
}

function readIcmp(words: HeaderWords): ObservedIcmp | null {
  const v6 = words.has('icmpv6 type');
  const header = v6 ? 'icmpv6' : 'icmp';
  const typeText = words.get(`${header} type`);
  if (typeText === undefined) return null;
  const type = icmpType(typeText, v6);
  if (type === null) return null;
  const code = icmpCode(words.get(`${header} code`), v6) ?? 0;
  const both = number(words, 'icmpv6 parameter-problem');
  const echo = v6 ? type === 128 || type === 129 : type === 0 || type === 8;
  return {
    type,
    code,
    // nft prints the word that holds both of an echo as a parameter problem's pointer.
    id: echo ? (number(words, `${header} id`) ?? (both === null ? null : both >>> 16)) : null,
    sequence: echo
      ? (number(words, `${header} sequence`) ?? (both === null ? null : both & 0xffff))
      : null,
    mtu: number(words, `${header} mtu`),
    quoted: null,
  };
}

const DSCP: ReadonlyMap<string, number> = new Map([
  ...Array.from({ length: 8 }, (_, index) => [`cs${index}`, index * 8] as const),
  ...[1, 2, 3, 4].flatMap((one) =>
    [1, 2, 3].map((two) => [`af${one}${two}`, one * 8 + two * 2] as const),
  ),
  ['ef', 46],
  ['be', 0],
  ['lephb', 1],
  ['va', 44],
]);
const ECN: readonly string[] = ['not-ect', 'ect1', 'ect0', 'ce'];

function tos(dscp: string | undefined, ecn: string | undefined): number | null {
  if (dscp === undefined) return null;
  const high = DSCP.get(dscp) ?? numberOf(dscp);
  const named = ECN.indexOf(ecn ?? '');
  const low = named >= 0 ? named : numberOf(ecn ?? '0');
  return high === null || low === null || high > 63 || low > 3 ? null : (high << 2) | low;
}

function address(words: HeaderWords, name: string): Address | null {
  return parseAddress(words.get(name) ?? '');
}

function number(words: HeaderWords, name: string): number | null {
  const text = words.get(name);
  return text === undefined ? null : numberOf(text);
}

function numberOf(text: string): number | null {
  return /^(?:0x[0-9a-f]{1,8}|\d{1,10})$/.test(text) ? Number(text) : null;
}
