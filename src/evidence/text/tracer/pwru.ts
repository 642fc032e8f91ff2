import { parseProtocol } from '../../../packet/protocol.ts';
import type { JsonRecord, LineReader, RecordReader, TextLine } from '../line-reader.ts';
import type { PartDraft } from '../part-draft.ts';
import { type LineTime, NO_TIME, secondsOfDate, secondsOfDay } from '../wall-time.ts';
import { reasonName, seenByTracer, type TracerEvent } from './seen-by-tracer.ts';
import { flagsOfWords, tuplePacket } from './tuple-packet.ts';

const HEADER = /^(?:TIME +)?SKB +CPU +PROCESS\b/;
const ROW = /^(?:(\S{8,23}) +)?(0x[0-9a-f]{8,16}) +(\d{1,4}) +(\S.*)$/;
const TUPLE =
  /(\[[0-9a-fA-F:.]{2,45}\]|[0-9.]{7,15}):(\d{1,5})->(\[[0-9a-fA-F:.]{2,45}\]|[0-9.]{7,15}):(\d{1,5})\((\w{1,12})(?::([\w|.]{1,40}))?\)/;
const META = /\bnetns=(\d{1,10}) mark=0x([0-9a-f]{1,8}) iface=(\S{1,40}) proto=0x([0-9a-f]{1,4})/;
/** The columns of newer versions: namespace, mark, device, EtherType, MTU and length. */
const COLUMNS = / (\d{6,10}) +([0-9a-f]{1,8}) +(\S{1,20}) +0x([0-9a-f]{4}) +\d{1,6} +\d{1,7} /;
const CALL =
  /(?:^| )((?:kfree_skb_reason|sk_skb_reason_drop|kfree_skb)(?: ?\(([\w /]{1,60})\))?)(?= |$)/;

/** Reads pwru's table, of both its forms. pwru: internal/pwru/output.go. */
export function pwruLines(draft: PartDraft): LineReader {
  const events = seenByTracer(draft);
  return {
    take(line): boolean {
      const { text } = line;
      if (text.includes('SKB') && HEADER.test(text)) return true;
      const row = text.includes('0x') && text.includes('->') ? ROW.exec(text) : null;
      const tuple = row ? TUPLE.exec(text) : null;
      if (!row || !tuple) return false;
      const rest = row[4] ?? '';
      const meta = META.exec(rest) ?? COLUMNS.exec(rest);
      const [, source = '', sport, destination = '', dport, protocol = '', flags] = tuple;
      events.put(
        {
          ...eventOf(callOf(rest, tuple[0]), row[2] ?? ''),
          netns: meta?.[1] ?? null,
          device: deviceOf(meta?.[3]),
          protocol: meta?.[4] === undefined ? null : Number.parseInt(meta[4], 16) || null,
          packet: tuplePacket({
            source,
            destination,
            sport: Number(sport),
            dport: Number(dport),
            protocol: parseProtocol(protocol === 'icmp6' ? 'icmpv6' : protocol),
            flags: flags === undefined ? null : flagsOfWords(flags),
          }),
          when: stampOf(row[1]),
        },
        line,
      );
      return true;
    },
  };
}

/** The function's name stands behind the tuple, or, in older versions, before the fields. */
function callOf(rest: string, tuple: string): string {
  const drop = CALL.exec(rest)?.[1];
  if (drop !== undefined) return drop;
  const after = rest.slice(rest.indexOf(tuple) + tuple.length).trim();
  if (after !== '') return after.split(' ', 1)[0] ?? '';
  return /^\S+ +(\S+)/.exec(rest)?.[1] ?? '';
}

/** `kfree_skb_reason(SKB_DROP_REASON_NO_SOCKET)`, `kfree_skb_reason (3)`, `ip_rcv`. */
function eventOf(
  call: string,
  buffer: string,
): Omit<TracerEvent, 'netns' | 'device' | 'protocol' | 'packet' | 'when'> {
  const drop = /^(kfree_skb_reason|sk_skb_reason_drop|kfree_skb)\b(?: ?\(([^)]*)\))?/.exec(call);
  const named = drop?.[2];
  const reason =
    named === undefined || /^\d+$/.test(named.trim()) ? null : reasonName(named.trim());
  return {
    format: 'pwru',
    location: drop?.[1] ?? (/^[A-Za-z_][\w.]{0,120}$/.test(call) ? call : null),
    reason: drop ? reason : undefined,
    node: null,
    link: null,
    id: buffer,
    buffer,
  };
}

/** `eth0:3`, `3(eth0)`, or the number alone, which says nothing. */
function deviceOf(text: string | undefined): string | null {
  const match = /^(?:([A-Za-z][\w.@-]{0,14}):\d{1,10}|\d{1,10}\(([A-Za-z][\w.@-]{0,14})\))$/.exec(
    text ?? '',
  );
  return match?.[1] ?? match?.[2] ?? null;
}

function stampOf(text: string | undefined): LineTime {
  const match = /^(?:(\d{4})-(\d{2})-(\d{2})T)?(\d{2}):(\d{2}):(\d{2})\.(\d{3,9})$/.exec(
    text ?? '',
  );
  if (!match) return NO_TIME;
  const [, year, month, day, hours, minutes, seconds, fraction] = match;
  const time = secondsOfDay([hours, minutes, seconds], fraction);
  if (year === undefined) return { time, base: 'day' };
  return { time: secondsOfDate(Number(year), Number(month) - 1, Number(day)) + time, base: 'date' };
}

/** Reads `pwru --output-json`. */
export function pwruRecords(draft: PartDraft): RecordReader {
  const events = seenByTracer(draft);
  const put = (record: JsonRecord, line: TextLine): boolean => {
    const { skb, func, tuple } = record;
    if (typeof skb !== 'string' || typeof func !== 'string') return false;
    events.put(
      {
        ...eventOf(func, skb),
        netns: textOf(record.netns_name) ?? textOf(record.netns),
        device: deviceOf(textOf(record.iface) ?? undefined),
        protocol: numberOf(record.proto),
        packet: typeof tuple === 'object' && tuple !== null ? packetOf(tuple) : null,
        when: stampOf(textOf(record.time) ?? undefined),
      },
      line,
    );
    return true;
  };
  return { take: put };
}

function packetOf(tuple: object): TracerEvent['packet'] {
  const field = (name: string): unknown => Reflect.get(tuple, name);
  const flags = field('flags');
  return tuplePacket({
    source: textOf(field('saddr')) ?? '',
    destination: textOf(field('daddr')) ?? '',
    sport: numberOf(field('sport')),
    dport: numberOf(field('dport')),
    protocol: numberOf(field('proto')),
    flags: typeof flags === 'string' && flags !== '' ? flagsOfWords(flags) : null,
  });
}

function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value === '' ? null : value;
  return typeof value === 'number' ? String(value) : null;
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : null;
}
