import { PROTOCOL } from '../../../packet/protocol.ts';
import type { LineReader } from '../line-reader.ts';
import { readFraming } from '../log/log-framing.ts';
import type { PartDraft } from '../part-draft.ts';
import { type LineTime, monthOf, secondsOfDay, secondsOfYearDay } from '../wall-time.ts';
import { seenByTracer } from './seen-by-tracer.ts';
import { flagsOfWords, tuplePacket } from './tuple-packet.ts';

/**
 * `Nov 25 17:15:07.123: default/a:38243 (ID:1) -> default/b:80 (ID:2) policy-verdict:none INGRESS DENIED (TCP Flags: SYN)`;
 * `[n1]` and addresses instead of names are printed on request.
 */
const LINE =
  /^([A-Z][a-z]{2} {1,2}\d{1,2} \d{2}:\d{2}:\d{2}\.\d{3}|\d{4}-\d{2}-\d{2}T\S{8,30}):? (?:\[([^\]]{1,64})\]: )?(\S{1,200})(?: \([^)]{0,200}\))? (?:->|<-|<>) (\S{1,200})(?: \([^)]{0,200}\))? (.{1,160}?) (FORWARDED|DROPPED|AUDIT|DENIED|ALLOWED|ERROR|REDIRECTED|TRACED|TRANSLATED) \((.{1,200})\)$/;

/** Reads the text of `hubble observe`. hubble: pkg/printer. */
export function hubbleLines(draft: PartDraft): LineReader {
  const events = seenByTracer(draft);
  return {
    take(line): boolean {
      const { text } = line;
      if (!/ (?:->|<-|<>) /.test(text) || !text.endsWith(')')) return false;
      const match = LINE.exec(text);
      if (!match) return false;
      const [, stamp = '', node, from = '', to = '', type = '', verdict = '', summary = ''] = match;
      const dropped = verdict === 'DROPPED' || verdict === 'DENIED' || verdict === 'ERROR';
      const reason = type.replace(/^policy-verdict:\S+ (?:INGRESS|EGRESS)$/, 'policy denied');
      const [source, destination] = [endOf(from), endOf(to)];
      events.put(
        {
          format: 'cilium',
          location: type,
          reason: dropped
            ? `CILIUM/${reason.toUpperCase().replace(/[^A-Z0-9]+/g, '_')}`
            : undefined,
          node: node ?? null,
          netns: null,
          device: null,
          protocol: null,
          // Names of pods are not addresses: then only the drop itself is known.
          packet: tuplePacket({
            source: source.host,
            destination: destination.host,
            sport: source.port,
            dport: destination.port,
            protocol: protocolOf(summary),
            flags: summary.startsWith('TCP Flags: ') ? flagsOfWords(summary.slice(11)) : null,
          }),
          link: null,
          id: null,
          buffer: null,
          when: timeOf(stamp),
        },
        line,
      );
      return true;
    },
  };
}

function protocolOf(summary: string): number | null {
  if (summary.startsWith('TCP')) return PROTOCOL.tcp;
  if (summary.startsWith('UDP')) return PROTOCOL.udp;
  if (summary.startsWith('SCTP')) return PROTOCOL.sctp;
  if (summary.startsWith('ICMPv6')) return PROTOCOL.icmpv6;
  return summary.startsWith('ICMP') ? PROTOCOL.icmp : null;
}

function endOf(text: string): { readonly host: string; readonly port: number | null } {
  const match = /^(\[[^\]]{2,45}\]|[0-9.]{7,15}):(\d{1,5})$/.exec(text);
  return match ? { host: match[1] ?? '', port: Number(match[2]) } : { host: text, port: null };
}

function timeOf(stamp: string): LineTime {
  const short = /^([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d{2}):(\d{2}):(\d{2})\.(\d{3})$/.exec(stamp);
  const month = monthOf(short?.[1] ?? '');
  if (short && month >= 0) {
    const [, , day, hours, minutes, seconds, fraction] = short;
    const time = secondsOfYearDay(month, Number(day));
    return { time: time + secondsOfDay([hours, minutes, seconds], fraction), base: 'year' };
  }
  const { time, base } = readFraming(`${stamp} `);
  return { time, base };
}
