import { ipv4 } from '../../packet/address.ts';
import type { ByteWindow } from './byte-window.ts';
import { type FrameReader, type FrameSink, MAX_FRAME, newFrame } from './frame.ts';
import { ipv6At } from './ip-address.ts';
import { eachOption, optionText, signed64, toSeconds, unitsPerSecond } from './pcapng-options.ts';

/** The next-generation capture file. Source: IETF draft-ietf-opsawg-pcapng. */

const SECTION = 0x0a0d0d0a;
const BYTE_ORDER = 0x1a2b3c4d;
const BLOCK = {
  interface: 1,
  oldPacket: 2,
  simplePacket: 3,
  names: 4,
  statistics: 5,
  packet: 6,
} as const;
/** Read past: systemd's journal, secrets of TLS, what only its maker understands. */
const OTHER_BLOCKS = new Set([7, 8, 9, 10, 0xbad, 0x40000bad]);
const MAX_BLOCK = 16_777_216;
const COMMENT = 1;

interface Interface {
  readonly linkType: number;
  readonly device: string | null;
  readonly unitsPerSecond: number;
  readonly offset: number;
  readonly snapLength: number;
}

/** Whether the bytes begin as a pcapng file does. */
export function isPcapng(data: Uint8Array): boolean {
  if (data.length < 12) return false;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return view.getUint32(0) === SECTION && byteOrder(view, 0) !== null;
}

/** Whether a section is little-endian; null when it is no section. */
function byteOrder(view: DataView, at: number): boolean | null {
  if (view.getUint32(at + 8, true) === BYTE_ORDER) return true;
  return view.getUint32(at + 8, false) === BYTE_ORDER ? false : null;
}

/** Reads blocks until the file ends; behind garbage it goes on at the next block it can find. */
export function pcapngReader(sink: FrameSink): FrameReader {
  const frame = newFrame();
  let interfaces: Interface[] = [];
  /** What each interface's last statistics counted as lost: they count from its start. */
  const losses = new Map<number, number>();
  const lostPackets = { byStatistics: 0, byFrames: 0 };
  let lost = false;

  const comments = (window: ByteWindow, from: number, end: number, number: number): void => {
    eachOption(window.view, from, end, frame.little, (code, at, length) => {
      if (code === COMMENT) sink.comment(optionText(window.data, at, length), number);
    });
  };

  const addInterface = (window: ByteWindow, at: number, end: number): void => {
    const { view } = window;
    const { little } = frame;
    let device: string | null = null;
    let units = 1e6;
    let offset = 0;
    eachOption(view, at + 8, end, little, (code, from, length) => {
      if (code === COMMENT) sink.comment(optionText(window.data, from, length), 0);
      if (code === 2) device = optionText(window.data, from, Math.min(length, 64)) || null;
      if (code === 9 && length >= 1) units = unitsPerSecond(view.getUint8(from));
      if (code === 14 && length >= 8) offset = signed64(view, from, little);
    });
    interfaces.push({
      linkType: view.getUint16(at, little),
      device,
      unitsPerSecond: units,
      offset,
      snapLength: view.getUint32(at + 4, little),
    });
  };

  const emit = (on: Interface, data: Uint8Array, from: number, length: number): void => {
    frame.number++;
    frame.linkType = on.linkType;
    frame.device = on.device;
    frame.data = data;
    frame.from = from;
    frame.end = from + length;
    sink.frame(frame);
  };

  /** False when the block is broken. */
  const timedFrame = (window: ByteWindow, at: number, end: number, enhanced: boolean): boolean => {
    const { view } = window;
    const { little } = frame;
    if (at + 20 > end) return false;
    const on = interfaces[enhanced ? view.getUint32(at, little) : view.getUint16(at, little)];
    const length = view.getUint32(at + 12, little);
    if (!on || length > MAX_FRAME || at + 20 + length > end) return false;
    const [high, low] = [view.getUint32(at + 4, little), view.getUint32(at + 8, little)];
    frame.time = on.offset + toSeconds(high, low, on.unitsPerSecond);
    frame.wireLength = view.getUint32(at + 16, little);
    frame.direction = null;
    const options = at + 20 + length + ((4 - (length % 4)) % 4);
    if (options + 4 <= end) packetOptions(window, options, end, enhanced);
    emit(on, window.data, at + 20, length);
    return true;
  };

  const packetOptions = (window: ByteWindow, at: number, end: number, enhanced: boolean): void => {
    const { view } = window;
    eachOption(view, at, end, frame.little, (code, from, length) => {
      if (code === 2 && length === 4) {
        const way = view.getUint32(from, frame.little) & 3;
        frame.direction = way === 1 ? 'in' : way === 2 ? 'out' : null;
      }
      // Lost between this frame and the one before on the same interface.
      if (code === 4 && enhanced && length === 8) {
        lostPackets.byFrames += Number(view.getBigUint64(from, frame.little));
      }
      if (code === COMMENT) sink.comment(optionText(window.data, from, length), frame.number + 1);
    });
  };

  /** The block has no time: such a frame cannot be ordered. */
  const simpleFrame = (window: ByteWindow, at: number, end: number): boolean => {
    const [on] = interfaces;
    if (!on || at + 4 > end) return false;
    const wire = window.view.getUint32(at, frame.little);
    const snap = on.snapLength === 0 ? wire : Math.min(on.snapLength, wire);
    frame.time = Number.NaN;
    frame.wireLength = wire;
    frame.direction = null;
    emit(on, window.data, at + 4, Math.min(snap, end - at - 4));
    return true;
  };

  /** Drops are counted from the start of the capture: only what is new is told. */
  const statistics = (window: ByteWindow, at: number, end: number): void => {
    if (at + 12 > end) return;
    const { view } = window;
    const { little } = frame;
    let dropped = 0;
    eachOption(view, at + 12, end, little, (code, from, length) => {
      const isDrop = code === 5 || code === 7;
      if (isDrop && length === 8) dropped += Number(view.getBigUint64(from, little));
      if (code === COMMENT) sink.comment(optionText(window.data, from, length), 0);
    });
    const id = view.getUint32(at, little);
    const before = losses.get(id) ?? 0;
    losses.set(id, dropped);
    lostPackets.byStatistics += Math.max(0, dropped - before);
  };

  const names = (window: ByteWindow, from: number, end: number): void => {
    const { view, data } = window;
    for (let at = from; at + 4 <= end; ) {
      const type = view.getUint16(at, frame.little);
      const length = view.getUint16(at + 2, frame.little);
      const size = type === 1 ? 4 : 16;
      if (type === 0 || at + 4 + length > end) return;
      if ((type === 1 || type === 2) && length > size) {
        const address = type === 1 ? ipv4(view.getUint32(at + 4)) : ipv6At(data, at + 4);
        const list = new TextDecoder().decode(data.subarray(at + 4 + size, at + 4 + length));
        sink.hostName(
          address,
          list.split('\u0000').filter((name) => name !== ''),
        );
      }
      at += 4 + length + ((4 - (length % 4)) % 4);
    }
  };

  /** False when the block is broken. */
  const block = (window: ByteWindow, type: number, at: number, end: number): boolean => {
    switch (type) {
      case SECTION:
        interfaces = [];
        losses.clear();
        comments(window, at + 16, end, 0);
        return true;
      case BLOCK.interface:
        if (at + 8 > end) return false;
        addInterface(window, at, end);
        return true;
      case BLOCK.packet:
        return timedFrame(window, at, end, true);
      case BLOCK.oldPacket:
        return timedFrame(window, at, end, false);
      case BLOCK.simplePacket:
        return simpleFrame(window, at, end);
      case BLOCK.names:
        names(window, at, end);
        return true;
      case BLOCK.statistics:
        statistics(window, at, end);
        return true;
      default:
        return true;
    }
  };

  /** A block's length when one begins at `at`: `more` when that cannot be seen yet, else null. */
  const blockAt = (window: ByteWindow, at: number): number | 'more' | null => {
    const { view, end } = window;
    if (at + 12 > end) return 'more';
    // The section block's type reads the same in both byte orders, and it says which one follows.
    const isSection = view.getUint32(at) === SECTION;
    const order = isSection ? byteOrder(view, at) : frame.little;
    if (order === null) return null;
    const length = view.getUint32(at + 4, order);
    if (length < 12 || length % 4 !== 0 || length > MAX_BLOCK) return null;
    if (at + length > end) return 'more';
    if (view.getUint32(at + length - 4, order) !== length) return null;
    if (isSection) frame.little = order;
    return length;
  };

  const isKnown = (type: number): boolean =>
    type === SECTION || (type >= 1 && type <= 6) || OTHER_BLOCKS.has(type);

  /** Goes on to the next whole block of a known type; false when more has to be seen. */
  const search = (window: ByteWindow, last: boolean): boolean => {
    for (let at = window.start + 1; at + 12 <= window.end; at++) {
      const { view } = window;
      if (view.getUint32(at) !== SECTION && !isKnown(view.getUint32(at, frame.little))) continue;
      const length = blockAt(window, at);
      if (length === null || (length === 'more' && (last || window.end - at > 2 * MAX_FRAME))) {
        continue;
      }
      window.start = length === 'more' ? at - 1 : at;
      return length !== 'more';
    }
    window.start = last ? window.end : Math.max(window.start, window.end - 12);
    return false;
  };

  const read = (window: ByteWindow, last: boolean): void => {
    readBlocks(window, last);
    // Both may be written of the same loss.
    const dropped = Math.max(lostPackets.byStatistics, lostPackets.byFrames);
    if (last && dropped > 0) sink.loss(dropped);
  };

  const readBlocks = (window: ByteWindow, last: boolean): void => {
    for (;;) {
      if (lost && !search(window, last)) return;
      lost = false;
      const at = window.start;
      const length = blockAt(window, at);
      if (length === 'more') break;
      const type = length === null ? 0 : window.view.getUint32(at, frame.little);
      if (length === null || !block(window, type, at + 8, at + length - 4)) {
        sink.problem('capture-broken-block', frame.number);
        lost = true;
        continue;
      }
      window.start = at + length;
    }
    if (last && window.start < window.end) {
      sink.problem('capture-cut-off', frame.number);
      window.start = window.end;
    }
  };

  return { format: 'pcapng', read };
}
