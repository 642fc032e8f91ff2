import { type LineTime, NO_TIME, secondsOfDate, secondsOfDay } from '../wall-time.ts';
import type { EntryText } from './tracked-draft.ts';

const EVENTS = new Set(['new', 'update', 'destroy']);

/**
 * Reads a `<flow>` of `conntrack -o xml`; null when it is not whole.
 * libnetfilter_conntrack: src/conntrack/snprintf_xml.c.
 */
export function parseConntrackXml(flow: string): EntryText | null {
  const original = metaOf(flow, 'original');
  const reply = metaOf(flow, 'reply');
  const protocol = /<layer4 protonum="(\d{1,3})"/.exec(original)?.[1];
  if (protocol === undefined || Number(protocol) > 255) return null;
  // What belongs to no direction stands in a third part, or, on events, on its own.
  const entry = metaOf(flow, 'independent');
  const type = /^<flow(?: type="([a-z]{1,10})")?/.exec(flow)?.[1] ?? '';
  return {
    event: EVENTS.has(type) ? (type as EntryText['event']) : 'listed',
    protocol: Number(protocol),
    original: tupleOf(original),
    reply: tupleOf(reply),
    state: tag(entry, 'state') ?? null,
    unreplied: entry.includes('<unreplied/>'),
    assured: entry.includes('<assured/>'),
    mark: tag(entry, 'mark'),
    zone: tag(entry, 'zone'),
    timeout: tag(entry, 'timeout'),
    time: timeOf(flow),
  };
}

function metaOf(flow: string, direction: string): string {
  const start = flow.indexOf(`<meta direction="${direction}">`);
  const end = start < 0 ? -1 : flow.indexOf('</meta>', start);
  return end < 0 ? '' : flow.slice(start, end);
}

function tupleOf(meta: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const name of ['src', 'dst', 'sport', 'dport', 'packets', 'bytes']) {
    const value = tag(meta, name);
    if (value !== undefined) fields.set(name, value);
  }
  return fields;
}

function tag(text: string, name: string): string | undefined {
  const start = text.indexOf(`<${name}>`);
  const end = start < 0 ? -1 : text.indexOf(`</${name}>`, start);
  return end < 0 ? undefined : text.slice(start + name.length + 2, end).trim();
}

/** `<when>` of `-o timestamp`: the local time in pieces. */
function timeOf(flow: string): LineTime {
  const start = flow.indexOf('<when>');
  if (start < 0) return NO_TIME;
  const when = flow.slice(start, flow.indexOf('</when>', start));
  const [year, month, day] = [tag(when, 'year'), tag(when, 'month'), tag(when, 'day')];
  if (year === undefined || month === undefined || day === undefined) return NO_TIME;
  const hms = [tag(when, 'hour'), tag(when, 'min'), tag(when, 'sec')];
  const time = secondsOfDate(Number(year), Number(month) - 1, Number(day)) + secondsOfDay(hms);
  return Number.isFinite(time) ? { time, base: 'date' } : NO_TIME;
}
