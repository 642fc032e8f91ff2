import { PROTOCOL, parseProtocol } from '../../../packet/protocol.ts';
import type { ObservedPacket } from '../../observation.ts';
import type { JsonRecord, LineReader, RecordReader, TextLine } from '../line-reader.ts';
import { readFraming } from '../log/log-framing.ts';
import type { PartDraft } from '../part-draft.ts';
import { type LineTime, NO_TIME } from '../wall-time.ts';
import { seenByTracer, type TracerEvent } from './seen-by-tracer.ts';
import { flagsOfWords, tuplePacket } from './tuple-packet.ts';

/** `xx drop (Policy denied) flow 0x0 to endpoint 0, ifindex 4, file bpf_lxc.c:1201, , identity 1->2: A:1 -> B:2 tcp SYN`. */
const DROP = /^xx drop \(([^)]{1,80})\)(.*?): (\S{2,50}) -> (\S{2,50}) (\w{2,10})(.*)$/;
const MONITOR =
  /^(?:-> |<- |Policy verdict log: |CPU \d{1,4}: |>> |Listening for events on |Press Ctrl-C to quit)/;
const TRACE =
  /^(?:->|<-) (.{1,120}?) flow (?:0x[0-9a-f]{1,8}).*?: (\S{2,50}) -> (\S{2,50}) (\w{2,10})(.*)$/;

/** Reads `cilium monitor`. cilium: pkg/monitor/datapath_drop.go, datapath_trace.go. */
export function ciliumLines(draft: PartDraft): LineReader {
  const events = seenByTracer(draft);
  return {
    take(line): boolean {
      const { text, raw } = line;
      if (text.startsWith('xx drop')) {
        const drop = DROP.exec(text);
        if (!drop) return false;
        const [, reason = '', middle = '', from = '', to = '', protocol = '', rest = ''] = drop;
        events.put(
          {
            ...BARE_EVENT,
            ...placeOf(middle),
            reason: reasonOf(reason),
            packet: packetOf(from, to, protocol, rest),
          },
          line,
        );
        return true;
      }
      // Cleaning takes the mark of an incoming packet for that of a quotation.
      if (!/(?:->|<-) /.test(raw.slice(0, 12)) && !MONITOR.test(text)) return false;
      const trace = TRACE.exec(raw.trim());
      if (!trace) return MONITOR.test(text);
      const [, where = '', from = '', to = '', protocol = '', rest = ''] = trace;
      events.put(
        { ...BARE_EVENT, location: where, packet: packetOf(from, to, protocol, rest) },
        line,
      );
      return true;
    },
  };
}

const BARE_EVENT: TracerEvent = {
  format: 'cilium',
  location: null,
  reason: undefined,
  node: null,
  netns: null,
  device: null,
  protocol: null,
  packet: null,
  link: null,
  id: null,
  buffer: null,
  when: NO_TIME,
};

/** Its own reasons, told apart from the kernel's: `CILIUM/POLICY_DENIED`. */
function reasonOf(text: string): string {
  return `CILIUM/${text
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, '_')
    .replace(/^_|_$/g, '')}`;
}

function placeOf(text: string): Pick<TracerEvent, 'location' | 'id'> {
  const flow = /\bflow (0x[0-9a-f]{1,8})/.exec(text)?.[1];
  return {
    location: /\bfile (?:\S{0,80}\/)?(\w{1,40}\.[ch]:\d{1,6})/.exec(text)?.[1] ?? null,
    id: flow === undefined || flow === '0x0' ? null : flow,
  };
}

function packetOf(from: string, to: string, protocol: string, rest: string): ObservedPacket | null {
  const source = endOf(from);
  const destination = endOf(to);
  const number =
    protocol.startsWith('icmpv6') || protocol === 'ICMPv6'
      ? PROTOCOL.icmpv6
      : parseProtocol(protocol.toLowerCase());
  const flags = /\b(?:SYN|ACK|FIN|RST|PSH)\b/.test(rest) ? flagsOfWords(rest) : null;
  return tuplePacket({
    source: source.host,
    destination: destination.host,
    sport: source.port,
    dport: destination.port,
    protocol: number,
    flags,
  });
}

/** `10.0.0.1:80`, `[fd00::1]:80`, or an address alone. */
function endOf(text: string): { readonly host: string; readonly port: number | null } {
  const match = /^(\[[^\]]{2,45}\]|[0-9.]{7,15}):(\d{1,5})$/.exec(text);
  return match ? { host: match[1] ?? '', port: Number(match[2]) } : { host: text, port: null };
}

/** Reads `cilium monitor -j` and `hubble observe -o json`, also of Hubble's exporter. */
export function ciliumRecords(draft: PartDraft): RecordReader {
  const events = seenByTracer(draft);

  const monitor = (record: JsonRecord, line: TextLine): boolean => {
    const { type, reason } = record;
    const summary = objectOf(record.summary);
    if (type !== 'drop' || typeof reason !== 'string' || !summary) return false;
    const [l3, l4] = [objectOf(summary.l3), objectOf(summary.l4)];
    const names = ['tcp', 'udp', 'sctp', 'icmpv4', 'icmpv6'];
    const protocol = names.find((name) => textOf(summary[name]) !== null) ?? '';
    const packet = tuplePacket({
      source: textOf(l3?.src) ?? '',
      destination: textOf(l3?.dst) ?? '',
      sport: portOf(l4?.src),
      dport: portOf(l4?.dst),
      protocol: parseProtocol(protocol === 'icmpv4' ? 'icmp' : protocol),
      flags: protocol === 'tcp' ? flagsOfText(textOf(summary.tcp) ?? '') : null,
    });
    events.put({ ...BARE_EVENT, reason: reasonOf(reason), packet }, line);
    return true;
  };

  const hubble = (flow: JsonRecord, line: TextLine): boolean => {
    const { verdict } = flow;
    const ip = objectOf(flow.IP ?? flow.ip);
    if (typeof verdict !== 'string') return false;
    const described = textOf(flow.drop_reason_desc);
    const dropped = /^(?:DROPPED|ERROR)$/.test(verdict);
    events.put(
      {
        ...BARE_EVENT,
        reason: dropped ? reasonOf(described ?? 'unknown') : undefined,
        location: textOf(objectOf(flow.event_type)?.type),
        node: textOf(flow.node_name),
        device: textOf(objectOf(flow.interface)?.name),
        packet: ip ? hubblePacket(flow, ip) : null,
        id: textOf(flow.uuid),
        when: isoTime(textOf(flow.time)),
      },
      line,
    );
    return true;
  };

  return {
    take(record, line): boolean {
      const flow = objectOf(record.flow);
      if (flow) return hubble(flow, line);
      return monitor(record, line) || (record.IP !== undefined && hubble(record, line));
    },
  };
}

function hubblePacket(flow: JsonRecord, ip: JsonRecord): ObservedPacket | null {
  const l4 = objectOf(flow.l4);
  for (const [name, protocol] of L4) {
    const header = objectOf(l4?.[name]);
    if (!header) continue;
    const flags = objectOf(header.flags);
    return tuplePacket({
      source: textOf(ip.source) ?? '',
      destination: textOf(ip.destination) ?? '',
      sport: portOf(header.source_port),
      dport: portOf(header.destination_port),
      protocol,
      flags: flags
        ? flagsOfWords(
            Object.keys(flags)
              .filter((key) => flags[key])
              .join(' '),
          )
        : null,
    });
  }
  return null;
}

const L4: readonly (readonly [string, number])[] = [
  ['TCP', PROTOCOL.tcp],
  ['UDP', PROTOCOL.udp],
  ['SCTP', PROTOCOL.sctp],
  ['ICMPv4', PROTOCOL.icmp],
  ['ICMPv6', PROTOCOL.icmpv6],
];

/** gopacket's `{... SYN=true ACK=false ...}`. */
function flagsOfText(text: string): ReturnType<typeof flagsOfWords> {
  return flagsOfWords([...text.matchAll(/\b([A-Z]{3})=true/g)].map(([, name]) => name).join(' '));
}

function isoTime(text: string | null): LineTime {
  if (text === null) return NO_TIME;
  const { time, base } = readFraming(`${text} `);
  return { time, base };
}

function objectOf(value: unknown): JsonRecord | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonRecord)
    : null;
}

function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value === '' ? null : value;
  return typeof value === 'number' ? String(value) : null;
}

/** Numbers, or text of them. */
function portOf(value: unknown): number | null {
  const number = typeof value === 'string' && /^\d{1,5}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && number >= 0 && number <= 65_535 ? number : null;
}
