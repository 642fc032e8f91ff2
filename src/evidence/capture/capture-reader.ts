import type { Address } from '../../packet/address.ts';
import type { Issue, Parsed } from '../../packet/issue.ts';
import { PROTOCOL } from '../../packet/protocol.ts';
import type { Statement } from '../evidence.ts';
import { keptPackets, numbered } from '../kept-packets.ts';
import { subject } from '../observation.ts';
import { DEFAULT_LIMIT, type EvidencePart, KEPT_NOTES, type ReadOptions } from '../part.ts';
import { placeOfFile } from '../place-of-file.ts';
import { byteWindow, pushBytes } from './byte-window.ts';
import { findCarried, newCarried } from './carried.ts';
import { u8 } from './cursor.ts';
import { flowTable, tcpFlags } from './flow-table.ts';
import type { Frame, FrameReader, FrameSink } from './frame.ts';
import { frameObserver } from './frame-observation.ts';
import { type IpHead, newIpHead, readIpHead } from './ip-head.ts';
import { MAX_DEPTH, readIpPacket } from './ip-packet.ts';
import {
  ETHER_IPV4,
  ETHER_IPV6,
  type LinkHead,
  newLinkHead,
  READ_LINKS,
  readLinkHead,
} from './link-layer.ts';
import { etherTypeName, LINK, linkTypeName } from './link-types.ts';
import { type NflogFrame, readNflog } from './nflog.ts';
import { pcapReader, pcapStart } from './pcap.ts';
import { isPcapng, pcapngReader } from './pcapng.ts';

/** Reads a capture of any size piece by piece; memory is bounded by the options' limit. */
export interface CaptureReader {
  chunk(bytes: Uint8Array): void;
  end(): Parsed<EvidencePart>;
}

/** Whether the bytes begin as a capture file that this reads. Twelve of them are enough. */
export function isCapture(bytes: Uint8Array): boolean {
  return pcapStart(bytes) !== null || isPcapng(bytes);
}

const FIN_SYN_RST = 7;

export function captureReader(file: string, options: ReadOptions = {}): CaptureReader {
  const place = placeOfFile(file);
  const kept = keptPackets(options.limit ?? DEFAULT_LIMIT);
  const flows = flowTable();
  const issues: Issue[] = [];
  const statements: Statement[] = [];
  const unknownLinks = new Set<number>();
  /** Frames without an IP packet, by EtherType. */
  const others = new Map<number, number>();
  const observe = frameObserver();
  const window = byteWindow();
  const link = newLinkHead();
  const head = newIpHead();
  const carried = newCarried();
  let reader: FrameReader | null = null;
  let frames = 0;
  let recognised = 0;

  const note = (code: string, line: number, detail: string): void => {
    if (issues.length >= KEPT_NOTES) return;
    issues.push({ code, severity: 'warning', source: { file, line }, detail });
  };

  const state = (statement: Statement): void => {
    if (statements.length < KEPT_NOTES) statements.push(statement);
  };

  const unreadLink = ({ linkType, number }: Frame): void => {
    if (READ_LINKS.has(linkType)) note('capture-frame-short', number, '');
    else if (!unknownLinks.has(linkType)) {
      const name = linkTypeName(linkType);
      note('capture-link-type-unknown', number, `${linkType}${name && ` (${name})`}`);
      unknownLinks.add(linkType);
    }
  };

  const frame = (read: Frame): void => {
    frames++;
    const { data, end, linkType } = read;
    const nflog = linkType === LINK.NFLOG ? readNflogFrame(read, link) : null;
    if (nflog === null && !readLinkHead(linkType, data, read.from, end, link)) unreadLink(read);
    else takeNetwork(read, nflog, nflog?.end ?? end);
  };

  const takeNetwork = (read: Frame, nflog: NflogFrame | null, end: number): void => {
    recognised++;
    const { etherType } = link;
    if (etherType !== ETHER_IPV4 && etherType !== ETHER_IPV6) {
      others.set(etherType, (others.get(etherType) ?? 0) + 1);
    } else if (readIpHead(read.data, link.at, end, head)) {
      const length = head.payloadAt - head.at + head.payloadLength;
      toSubject(read.data);
      take(read, nflog, end, flows.add(read.data, head, read.time, length));
    } else note('capture-frame-short', read.number, '');
  };

  /** Moves on to the innermost packet: what a tunnel carries is what a flow is about. */
  const toSubject = (data: Uint8Array): void => {
    for (let depth = 0; depth < MAX_DEPTH && findCarried(data, head, carried); depth++) {
      if (!readIpHead(data, carried.at, carried.end, inner)) return;
      Object.assign(head, inner);
    }
  };
  const inner = newIpHead();

  const take = (read: Frame, nflog: NflogFrame | null, stop: number, rank: number): void => {
    const isNotable = opensOrEnds(read.data, head);
    if (!options.keep && !kept.wants(rank, isNotable)) return;
    const packet = readIpPacket(read.data, link.at, stop);
    if (!packet) return;
    if (options.keep && !(options.keep(subject(packet)) && kept.wants(rank, isNotable))) return;
    const format = reader?.format ?? 'pcap';
    kept.add(observe({ file, place, format, read, link, nflog, packet }), rank, isNotable);
  };

  const sink: FrameSink = {
    frame,
    problem: (code, number) => note(code, number, String(number)),
    comment: (text, line) => {
      if (text !== '') state({ kind: 'comment', text, source: { file, line } });
    },
    loss: (dropped) => state({ kind: 'capture-loss', dropped, source: { file, line: frames } }),
    hostName: (address: Address, names) => {
      if (names.length > 0) {
        state({ kind: 'host-name', address, names, source: { file, line: frames } });
      }
    },
  };

  const chunk = (bytes: Uint8Array): void => {
    pushBytes(window, bytes);
    reader ??= openReader(window.data.subarray(window.start, window.end), sink);
    reader?.read(window, false);
  };

  const end = (): Parsed<EvidencePart> => {
    reader?.read(window, true);
    if (!reader) {
      const source = { file, line: 0 };
      issues.push({ code: 'capture-not-readable', severity: 'error', source, detail: '' });
    }
    const observations = numbered(kept.end());
    const { dropped } = kept;
    if (dropped > 0) note('packets-over-limit', frames, String(dropped));
    const counts = { lines: frames, recognised, unplaced: [], unplacedCount: 0, dropped };
    const otherFrames = otherFramesOf(others);
    return {
      value: {
        file: {
          file,
          format: reader?.format ?? 'pcap',
          ...counts,
          ...(otherFrames.length > 0 ? { otherFrames } : {}),
          ...(dropped > 0 ? { flows: flows.totals() } : {}),
        },
        observations,
        statements,
        counters: [],
        drops: [],
        tracked: [],
        sockets: [],
        labels: [],
      },
      issues,
    };
  };

  return { chunk, end };
}

function openReader(start: Uint8Array, sink: FrameSink): FrameReader | null {
  const pcap = pcapStart(start);
  if (pcap) return pcapReader(pcap, sink);
  return isPcapng(start) ? pcapngReader(sink) : null;
}

/** A frame of a rule's log has no link header, but says what the packet is by its version. */
function readNflogFrame(read: Frame, link: LinkHead): NflogFrame | null {
  const nflog = readNflog(read.data, read.from, read.end, read.little);
  if (!nflog) return null;
  const version = nflog.at < 0 ? 0 : u8(read.data, nflog.at) >> 4;
  link.at = nflog.at;
  link.etherType = version === 4 ? ETHER_IPV4 : version === 6 ? ETHER_IPV6 : 0;
  link.vlan = -1;
  link.ifindex = 0;
  link.direction = null;
  const isEthernet = nflog.linkLength >= 14;
  link.destinationMac = isEthernet ? nflog.linkAt : -1;
  link.sourceMac = isEthernet ? nflog.linkAt + 6 : -1;
  return nflog;
}

const ICMP_ERRORS: ReadonlySet<number> = new Set([3, 4, 5, 11, 12]);

function opensOrEnds(data: Uint8Array, head: IpHead): boolean {
  if (tcpFlags(data, head) & FIN_SYN_RST) return true;
  if (head.payloadAt >= head.end || head.fragmentOffset > 0) return false;
  const type = u8(data, head.payloadAt);
  if (head.protocol === PROTOCOL.icmp) return ICMP_ERRORS.has(type);
  return head.protocol === PROTOCOL.icmpv6 && type < 128;
}

function otherFramesOf(
  others: ReadonlyMap<number, number>,
): readonly { readonly name: string; readonly frames: number }[] {
  const byName = new Map<string, number>();
  for (const [type, count] of others) {
    const name = etherTypeName(type);
    byName.set(name, (byName.get(name) ?? 0) + count);
  }
  return [...byName].map(([name, frames]) => ({ name, frames }));
}
