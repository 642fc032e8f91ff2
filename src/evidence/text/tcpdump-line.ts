import { BARE_PACKET } from '../bare-packet.ts';
import type { Encapsulation, ObservedLink, ObservedPacket } from '../observation.ts';
import { laterFragment, readTcpdumpBody } from './tcpdump-body.ts';
import { type EndpointPair, findEndpointPair } from './tcpdump-endpoint.ts';
import { readTcpdumpExtensions } from './tcpdump-extensions.ts';
import { findTcpdumpHeader, HEADER_TO_COME, type TcpdumpHeader } from './tcpdump-header.ts';
import { readTcpdumpPrefix, type TcpdumpPrefix } from './tcpdump-prefix.ts';

/** One physical line of tcpdump's text. */
export type TcpdumpLine =
  | {
      readonly kind: 'packet';
      readonly prefix: TcpdumpPrefix;
      readonly link: ObservedLink | null;
      readonly packet: ObservedPacket;
      /** The next line holds the packet that this one carries. */
      readonly carries: Encapsulation | null;
      /** The `-v` header of what the next line holds, when it stands at the end of this one. */
      readonly carriedHeader: TcpdumpHeader | null;
    }
  /** A `-v` header whose packet is on the next line. */
  | {
      readonly kind: 'header';
      readonly prefix: TcpdumpPrefix;
      readonly link: ObservedLink | null;
      readonly header: TcpdumpHeader;
    }
  | { readonly kind: 'no-packet'; readonly prefix: TcpdumpPrefix } // ARP, spanning tree...
  | { readonly kind: 'unreadable'; readonly code: string; readonly prefix: TcpdumpPrefix };

const START = /^(?:IP6? |ip6?: )/;
const MAC = '[0-9a-f]{1,2}(?::[0-9a-f]{1,2}){5}';
const OUI = '(?: \\(oui [^)]{0,40}\\))?';
const FRAME = new RegExp(`^(${MAC})${OUI} > (${MAC}|Broadcast)${OUI}, `);
const COOKED = new RegExp(`^(?:ifindex \\d{1,9} )?(${MAC})${OUI},? ethertype `);

/** With -v the packet behind MPLS labels is on the next line. */
const LABELLED = /(?:^|: )MPLS \(label/;

/** Tunnels in tunnels: more than any real one. */
const MAX_DEPTH = 4;

/**
 * Null when the line is not of tcpdump. `header` is the one of the line before, whose packet
 * this line should hold.
 */
export function parseTcpdumpLine(
  line: string,
  header: TcpdumpHeader | null,
  depth = 0,
): TcpdumpLine | null {
  const prefix = readTcpdumpPrefix(line);
  const rest = line.slice(prefix.end);
  const link = readLink(rest);
  const timed = prefix.base !== 'none';
  const marked = START.test(rest) || link !== null;
  if (/^(?:ARP[, ]|arp )/.test(rest) || (link !== null && rest.includes('ethertype ARP'))) {
    return timed || link !== null || /^ARP, (?:Request|Reply)/.test(rest)
      ? { kind: 'no-packet', prefix }
      : null;
  }
  const first = findEndpointPair(rest, 0);
  const found = findTcpdumpHeader(rest);
  // A header behind the addresses is that of a packet which this one carries.
  const own = found && first && found.end > first.end ? null : found;
  const pair = own ? findEndpointPair(rest, own.end) : first;
  if (!pair) {
    if (own) return { kind: 'header', prefix, link, header: own };
    if (timed && LABELLED.test(rest)) {
      return { kind: 'header', prefix, link, header: HEADER_TO_COME };
    }
    if (!(timed && marked)) return null;
    if (link !== null && !/ethertype IPv[46]/.test(rest)) return { kind: 'no-packet', prefix };
    const code = rest.includes(' > ') ? 'host-name' : 'packet-line-cut';
    return { kind: 'unreadable', code, prefix };
  }
  const known = own ?? header;
  if (depth === 0 && !timed && !marked && !known && !/^ Flags \[/.test(rest.slice(pair.end)))
    return null;
  return readPacket({ prefix, link, rest, pair, header: known, depth });
}

interface PacketText {
  readonly prefix: TcpdumpPrefix;
  readonly link: ObservedLink | null;
  readonly rest: string;
  readonly pair: EndpointPair;
  readonly header: TcpdumpHeader | null;
  readonly depth: number;
}

function readPacket(from: PacketText): TcpdumpLine {
  const { prefix, link, pair, header } = from;
  const { a, b } = pair;
  const ends = { source: a.address, destination: b.address };
  const behind = from.rest.slice(pair.end);
  const extensions = readTcpdumpExtensions(behind);
  const text = extensions ? behind.slice(extensions.end) : behind;
  const sport = extensions?.ports?.a ?? a;
  const dport = extensions?.ports?.b ?? b;
  const hasPorts = sport.port !== null || sport.portName !== null;
  // A header that only says that others follow does not say what the packet is.
  const stated = extensions ? null : (header?.protocol ?? null);
  const body =
    readTcpdumpBody(text, { protocol: stated, hasPorts, ends }) ??
    (extensions && extensions.fragmentOffset !== null ? laterFragment() : null);
  if (!body) return { kind: 'unreadable', code: 'protocol-not-shown', prefix };
  const inner =
    body.innerAt !== null && from.depth < MAX_DEPTH
      ? parseTcpdumpLine(text.slice(body.innerAt), null, from.depth + 1)
      : null;
  const carried = inner?.kind === 'packet' ? inner.packet : null;
  const packet: ObservedPacket = {
    ...BARE_PACKET,
    ...ends,
    protocol: body.protocol,
    sport: sport.port,
    dport: dport.port,
    sportName: sport.portName,
    dportName: dport.portName,
    tos: header?.tos ?? null,
    ttl: header?.ttl ?? null,
    ipId: extensions?.ipId ?? header?.ipId ?? null,
    dontFragment: header?.dontFragment ?? null,
    fragmentOffset: extensions?.fragmentOffset ?? header?.fragmentOffset ?? null,
    length: header?.length ?? body.length,
    tcp: body.tcp,
    icmp: body.icmp,
    inner: carried,
    encapsulation: carried ? body.carries : null,
  };
  const carries = carried ? null : body.carries;
  const carriedHeader = inner?.kind === 'header' ? inner.header : null;
  return { kind: 'packet', prefix, link, packet, carries, carriedHeader };
}

function readLink(rest: string): ObservedLink | null {
  const frame = FRAME.exec(rest);
  const cooked = frame ? null : COOKED.exec(rest);
  if (!frame && !cooked) return null;
  const vlan = /[,:] vlan (\d{1,4}),/.exec(rest)?.[1];
  const destination = frame?.[2] === 'Broadcast' ? 'ff:ff:ff:ff:ff:ff' : frame?.[2];
  return {
    sourceMac: frame?.[1] ?? cooked?.[1] ?? null,
    destinationMac: destination ?? null,
    vlan: vlan === undefined ? null : Number(vlan),
  };
}
