import type { SourceRef } from '../../packet/source-ref.ts';
import type { Encapsulation, ObservedLink, ObservedPacket } from '../observation.ts';
import { HEADER_TO_COME, type TcpdumpHeader } from './tcpdump-header.ts';
import { parseTcpdumpLine, type TcpdumpLine } from './tcpdump-line.ts';
import type { TcpdumpPrefix } from './tcpdump-prefix.ts';
import { NO_TIME } from './wall-time.ts';

/** A whole packet of tcpdump's text, which may take several lines. */
export interface TcpdumpPacket {
  readonly prefix: TcpdumpPrefix;
  readonly link: ObservedLink | null;
  readonly packet: ObservedPacket;
  readonly source: SourceRef;
  /** The sum of all times that were printed up to its own: with -ttt they are distances. */
  readonly elapsed: number;
}

export type TcpdumpFeed =
  | { readonly kind: 'recognised' }
  | { readonly kind: 'other' }
  | { readonly kind: 'unreadable'; readonly code: string };

export interface TcpdumpReader {
  feed(line: string, source: SourceRef): TcpdumpFeed;
  /** Gives out a packet that still waits for what it carries. */
  flush(): void;
}

const NO_PREFIX: TcpdumpPrefix = { ...NO_TIME, device: null, direction: null, end: 0 };

interface Waiting extends TcpdumpPacket {
  /** How it carries the next packet; null when it is an ICMP error that quotes it. */
  readonly carries: Encapsulation | null;
}

/** A header whose packet is on the next line. */
interface PendingHeader {
  readonly header: TcpdumpHeader;
  readonly prefix: TcpdumpPrefix;
  readonly link: ObservedLink | null;
  readonly source: SourceRef;
}

/** Puts the lines of `-v`, VXLAN and quoted packets together and emits whole packets. */
export function tcpdumpReader(emit: (packet: TcpdumpPacket) => void): TcpdumpReader {
  let header: PendingHeader | null = null;
  let waiting: Waiting | null = null;
  let elapsed = 0;

  const flush = (): void => {
    header = null;
    if (waiting) emit(waiting);
    waiting = null;
  };

  const take = (packet: Extract<TcpdumpLine, { kind: 'packet' }>, source: SourceRef): void => {
    if (waiting && !starts(packet.prefix)) {
      const outer = waiting;
      const whole = attach(outer.packet, packet.packet, outer.carries);
      waiting = null;
      if (packet.carries) waiting = { ...outer, packet: whole, carries: packet.carries };
      else emit({ ...outer, packet: whole });
      return;
    }
    if (waiting) emit(waiting);
    waiting = null;
    const { prefix, link } = packet;
    const read = { prefix, link, packet: packet.packet, source, elapsed };
    const quotes = packet.packet.ttl !== null && isIcmpError(packet.packet);
    if (packet.carries || quotes) waiting = { ...read, carries: packet.carries };
    else emit(read);
  };

  const feed = (line: string, source: SourceRef): TcpdumpFeed => {
    const before = header;
    const parsed = parseTcpdumpLine(line, before?.header ?? null);
    header = null;
    elapsed += parsed?.prefix.time ?? 0;
    if (parsed === null && before?.header === HEADER_TO_COME) {
      // More labels.
      header = before;
      return { kind: 'recognised' };
    }
    if (parsed === null) {
      return before ? { kind: 'unreadable', code: 'header-without-packet' } : { kind: 'other' };
    }
    switch (parsed.kind) {
      case 'unreadable':
        return { kind: 'unreadable', code: parsed.code };
      case 'no-packet':
        // What a waiting packet carries, or another frame: it waits no longer.
        flush();
        return { kind: 'recognised' };
      case 'header': {
        const continues = before?.header === HEADER_TO_COME && !starts(parsed.prefix);
        if (starts(parsed.prefix)) flush();
        header = continues
          ? { ...before, header: parsed.header, source: joined(before.source, source) }
          : { header: parsed.header, prefix: parsed.prefix, link: parsed.link, source };
        return { kind: 'recognised' };
      }
      case 'packet': {
        const continues = before !== null && !starts(parsed.prefix);
        const prefix: TcpdumpPrefix = continues ? before.prefix : parsed.prefix;
        const link = continues ? before.link : parsed.link;
        const first = continues ? joined(before.source, source) : source;
        take({ ...parsed, prefix, link }, first);
        const { carriedHeader } = parsed;
        if (carriedHeader) {
          header = { header: carriedHeader, prefix: NO_PREFIX, link: null, source };
        }
        return { kind: 'recognised' };
      }
    }
  };

  return { feed, flush };
}

/** What a packet carries or quotes has a line without time and device. */
function starts({ base, direction }: TcpdumpPrefix): boolean {
  return base !== 'none' || direction !== null;
}

function joined(first: SourceRef, second: SourceRef): SourceRef {
  return { ...first, text: `${first.text ?? ''} ${second.text ?? ''}` };
}

function isIcmpError(packet: ObservedPacket): boolean {
  const icmp = packet.icmp;
  if (!icmp) return false;
  return packet.source.family === 4 ? [3, 4, 5, 11, 12].includes(icmp.type) : icmp.type < 128;
}

/** Puts what the next line shows into the innermost place of a packet. */
function attach(
  outer: ObservedPacket,
  carried: ObservedPacket,
  how: Encapsulation | null,
): ObservedPacket {
  if (outer.inner) return { ...outer, inner: attach(outer.inner, carried, how) };
  if (how) return { ...outer, inner: carried, encapsulation: how };
  return outer.icmp ? { ...outer, icmp: { ...outer.icmp, quoted: carried } } : outer;
}
