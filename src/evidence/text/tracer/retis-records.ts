import { readIpPacket } from '../../capture/ip-packet.ts';
import { newLinkHead, observedLink, readEthernet } from '../../capture/link-layer.ts';
import type { ObservedPacket } from '../../observation.ts';
import type { JsonRecord, RecordReader, TextLine } from '../line-reader.ts';
import type { PartDraft } from '../part-draft.ts';
import { bytesOfBase64 } from './base64.ts';
import { reasonName, seenByTracer, type TracerEvent } from './seen-by-tracer.ts';
import { flagsOfBits, tuplePacket } from './tuple-packet.ts';

/**
 * Reads retis' events as it stores them: a JSON object a line, or all of them in one. Sections
 * are named with `-` by some versions and with `_` by others.
 */
export function retisRecords(draft: PartDraft): RecordReader {
  const events = seenByTracer(draft);
  let offset: number | null = null;

  const put = (record: JsonRecord, line: TextLine): boolean => {
    const common = section(record, 'common');
    const timestamp = numberOf(common?.timestamp);
    if (!common || timestamp === null) return false;
    offset = offsetOf(section(record, 'startup')) ?? offset;
    const symbol = textOf(section(record, 'kernel')?.symbol);
    if (symbol === null) return section(record, 'startup') !== null;
    events.put(eventOf(record, symbol, timestamp / 1e9, offset), line);
    return true;
  };

  return {
    take(record, line): boolean {
      const list = record.events;
      if (Array.isArray(list)) {
        return list
          .filter((item): item is JsonRecord => typeof item === 'object' && item !== null)
          .map((item) => put(item, line))
          .includes(true);
      }
      return put(record, line);
    },
  };
}

function eventOf(
  record: JsonRecord,
  symbol: string,
  uptime: number,
  offset: number | null,
): TracerEvent {
  const skb = section(record, 'skb');
  const drop = section(record, 'skb-drop');
  const tracking = section(record, 'skb-tracking');
  const nft = section(record, 'nft');
  const raw = rawPacket(section(record, 'packet'));
  const subsystem = textOf(drop?.subsys);
  const reason = reasonName(textOf(drop?.drop_reason) ?? '');
  const { buffer, id } = trackedAs(tracking);
  return {
    format: 'retis',
    location: symbol,
    reason: drop ? (subsystem === null ? reason : `${subsystem}/${reason}`) : undefined,
    node: null,
    netns: textOf(section(record, 'netns')?.inum ?? skb?.netns),
    device: textOf(section(record, 'dev')?.name ?? skb?.dev_name),
    protocol: raw.etherType ?? numberOf(skb?.etype),
    packet: raw.packet ?? (skb ? flatPacket(skb) : null),
    link: raw.link,
    id,
    buffer,
    when:
      offset === null ? { time: uptime, base: 'uptime' } : { time: uptime + offset, base: 'epoch' },
    ...(nft && {
      table: textOf(nft.table_name) ?? '',
      chain: textOf(nft.chain_name) ?? '',
      verdict: textOf(nft.verdict),
    }),
  };
}

/** The clock of the kernel against 1970, which a collection notes when it starts. */
function offsetOf(startup: JsonRecord | null): number | null {
  const offset = startup ? section(startup, 'clock_monotonic_offset') : null;
  const seconds = numberOf(offset?.sec);
  return seconds === null ? null : seconds + (numberOf(offset?.nsec) ?? 0) / 1e9;
}

/** 64-bit numbers lose their last digits in JSON; rounded they still tell packets apart. */
function trackedAs(tracking: JsonRecord | null): Pick<TracerEvent, 'id' | 'buffer'> {
  const head = tracking?.orig_head;
  const first = tracking?.timestamp;
  const skb = tracking?.skb;
  return {
    id: head === undefined || first === undefined ? null : `${String(first)}.${String(head)}`,
    buffer: skb === undefined ? null : String(skb),
  };
}

function rawPacket(
  packet: JsonRecord | null,
): Pick<TracerEvent, 'packet' | 'link'> & { readonly etherType: number | null } {
  const bytes = bytesOfBase64(textOf(packet?.data ?? packet?.packet) ?? '');
  const head = newLinkHead();
  if (!bytes || !readEthernet(bytes, 0, bytes.length, head)) {
    return { packet: null, link: null, etherType: null };
  }
  return {
    packet: readIpPacket(bytes, head.at, bytes.length),
    link: observedLink(bytes, head),
    etherType: head.etherType,
  };
}

/** How older versions wrote headers: the fields themselves. */
function flatPacket(skb: JsonRecord): ObservedPacket | null {
  const bits = numberOf(skb.tcp_flags);
  return tuplePacket({
    source: textOf(skb.saddr) ?? '',
    destination: textOf(skb.daddr) ?? '',
    sport: numberOf(skb.sport),
    dport: numberOf(skb.dport),
    protocol: numberOf(skb.protocol),
    flags: bits === null ? null : flagsOfBits(bits),
  });
}

function section(record: JsonRecord, name: string): JsonRecord | null {
  const value = record[name] ?? record[name.replaceAll('-', '_')];
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonRecord)
    : null;
}

function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value === '' ? null : value;
  return typeof value === 'number' ? String(value) : null;
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null;
}
