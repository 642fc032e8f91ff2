import type { DropSighting } from '../../drop.ts';
import type { EvidenceFormat, ObservedLink, ObservedPacket } from '../../observation.ts';
import type { TextLine } from '../line-reader.ts';
import { LOG_VANTAGE } from '../log/log-lines.ts';
import type { PartDraft } from '../part-draft.ts';
import type { LineTime } from '../wall-time.ts';

/** One event of a program that follows packets through the kernel. */
export interface TracerEvent {
  readonly format: Extract<EvidenceFormat, 'pwru' | 'retis' | 'cilium'>;
  /** The kernel function or program where it was seen. */
  readonly location: string | null;
  /** Why it was dropped there; undefined when it was not. */
  readonly reason: string | null | undefined;
  readonly node: string | null;
  readonly netns: string | null;
  readonly device: string | null;
  readonly protocol: number | null;
  readonly packet: ObservedPacket | null;
  readonly link: ObservedLink | null;
  /** What the tracer calls the packet. */
  readonly id: string | null;
  readonly buffer: string | null;
  readonly when: LineTime;
  /** Of a rule that the tracer saw deciding. */
  readonly table?: string;
  readonly chain?: string;
  readonly verdict?: string | null;
}

/** Puts tracer's events down: a drop, or the first event of a packet at each device. */
export interface SeenByTracer {
  put(event: TracerEvent, line: TextLine): void;
}

const MAX_SEEN = 4096;

/**
 * A tracer prints one packet at dozens of functions. The first event at a device is kept, and
 * those of rules; the others show the same headers at the same place.
 */
export function seenByTracer(draft: PartDraft): SeenByTracer {
  const seen = new Map<string, true>();

  const isNew = (event: TracerEvent): boolean => {
    const { id, netns, device, packet } = event;
    const key = `${id}/${netns}/${device}/${packet?.sport}/${packet?.dport}/${packet?.ttl}`;
    if (seen.has(key)) return false;
    if (seen.size >= MAX_SEEN) seen.clear();
    seen.set(key, true);
    return true;
  };

  return {
    put(event, line): void {
      const { place, file } = draft;
      const { carrier } = line;
      const node = event.node ?? carrier?.host ?? place.node;
      const netns = event.netns ?? place.netns;
      const when = event.when.time === null && carrier ? carrier : event.when;
      const clock = `${node ?? `${file}#${event.format}`}@${when.base}`;
      const { format, packet, device, location } = event;
      if (event.reason !== undefined) {
        const { reason, protocol, buffer } = event;
        const drop: DropSighting = {
          node,
          netns,
          device,
          time: when.time,
          timeBase: when.base,
          clock,
          reason,
          location,
          protocol,
          packet,
          buffer,
          format,
          source: line.source,
        };
        draft.drop(drop);
        return;
      }
      if (!packet || (event.table === undefined && !isNew(event))) return;
      draft.observe({
        vantage: {
          ...LOG_VANTAGE,
          node,
          netns,
          device,
          table: event.table ?? null,
          chain: event.chain ?? null,
          verdict: event.verdict ?? null,
          traceId: event.id,
          label: location ?? format,
          group: `${file}#${format}:${node ?? ''}`,
        },
        time: when.time,
        timeBase: when.base,
        clock,
        packet,
        link: event.link,
        uid: null,
        format,
        source: line.source,
      });
    },
  };
}

/** Strips the prefix that the kernel's enumeration has; other subsystems' reasons have none. */
export function reasonName(text: string): string {
  return text.replace(/^SKB_DROP_REASON_/, '');
}
