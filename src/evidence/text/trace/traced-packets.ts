import type { ObservedLink, ObservedPacket } from '../../observation.ts';

/** The headers of a packet that a tracer gave a number. */
export interface TracedPacket {
  readonly iif: string | null;
  readonly oif: string | null;
  readonly mark: number | null;
  readonly link: ObservedLink | null;
  readonly packet: ObservedPacket;
}

/** The packets of a tracer by their numbers, which are used again. */
export interface TracedPackets<Waiting> {
  /** The packet that lines with this number are about now. */
  get(id: string): TracedPacket | undefined;
  set(id: string, packet: TracedPacket): void;
  /** This packet is none that can be told: lines about it wait for nothing. */
  hide(id: string): void;
  isHidden(id: string): boolean;
  /** Keeps a line that came before its packet. */
  wait(id: string, line: Waiting): void;
  /** The lines that waited for this packet, oldest first. */
  waited(id: string): readonly Waiting[];
  /** Lines whose packet never came. */
  rest(): readonly Waiting[];
}

/** A trace is read in order, so that only the latest packets are still spoken of. */
const MAX_PACKETS = 4096;
const MAX_WAITING = 1000;

export function tracedPackets<Waiting>(): TracedPackets<Waiting> {
  const packets = new Map<string, TracedPacket>();
  const waiting = new Map<string, Waiting[]>();
  const hidden = new Set<string>();
  let count = 0;
  return {
    get: (id) => packets.get(id),
    set(id, packet): void {
      packets.delete(id);
      hidden.delete(id);
      packets.set(id, packet);
      const oldest = packets.size > MAX_PACKETS ? packets.keys().next() : null;
      if (oldest && !oldest.done) packets.delete(oldest.value);
    },
    hide(id): void {
      packets.delete(id);
      if (hidden.size >= MAX_PACKETS) hidden.clear();
      hidden.add(id);
    },
    isHidden: (id) => hidden.has(id),
    wait(id, line): void {
      if (count >= MAX_WAITING) return;
      count++;
      const list = waiting.get(id);
      if (list) list.push(line);
      else waiting.set(id, [line]);
    },
    waited(id) {
      const lines = waiting.get(id) ?? [];
      waiting.delete(id);
      count -= lines.length;
      return lines;
    },
    rest: () => [...waiting.values()].flat(),
  };
}
