import { type Bytes, bytesOf } from './cursor.ts';
import { type CapturedFrame, type FrameProblem, type FrameSource, MAX_FRAME } from './frame.ts';

/** The next-generation capture file. Source: IETF draft-ietf-opsawg-pcapng. */

const SECTION = 0x0a0d0d0a;
const INTERFACE = 1;
const OLD_PACKET = 2;
const SIMPLE_PACKET = 3;
const ENHANCED_PACKET = 6;
const BYTE_ORDER = 0x1a2b3c4d;
const MAX_BLOCK = 16_777_216;

interface Interface {
  readonly linkType: number;
  readonly device: string | null;
  readonly unitsPerSecond: number;
  readonly offset: number;
  readonly snapLength: number;
}

interface Section {
  readonly bytes: Bytes;
  readonly interfaces: Interface[];
}

/** Null when the bytes do not begin as a pcapng file. */
export function openPcapng(data: Uint8Array): FrameSource | null {
  if (bytesOf(data).u32(0) !== SECTION || byteOrder(data, 0) === null) return null;
  return { format: 'pcapng', read: (frame) => readPcapng(data, frame) };
}

function byteOrder(data: Uint8Array, at: number): Bytes | null {
  for (const little of [false, true]) {
    const bytes = bytesOf(data, little);
    if (bytes.u32(at + 8) === BYTE_ORDER) return bytes;
  }
  return null;
}

function readPcapng(data: Uint8Array, emit: (frame: CapturedFrame) => void): FrameProblem | null {
  let section: Section | null = null;
  let number = 0;
  let at = 0;
  while (at < data.length) {
    // The section block's type reads the same in both byte orders.
    if (bytesOf(data).u32(at) === SECTION) {
      const bytes = byteOrder(data, at);
      if (!bytes) return 'capture-broken-block';
      section = { bytes, interfaces: [] };
    }
    if (!section) return 'capture-broken-block';
    const type = section.bytes.u32(at);
    const length = section.bytes.u32(at + 4);
    if (type === null || length === null) return 'capture-cut-off';
    if (length < 12 || length % 4 !== 0 || length > MAX_BLOCK) return 'capture-broken-block';
    if (at + length > data.length) return 'capture-cut-off';
    const block = section.bytes.slice(at + 8, at + length - 4);
    if (type === INTERFACE) {
      const read = readInterface(block);
      if (!read) return 'capture-broken-block';
      section.interfaces.push(read);
    } else {
      const frame = readFrame(type, block, section.interfaces);
      if (frame === 'broken') return 'capture-broken-block';
      if (frame) emit({ ...frame, number: ++number });
    }
    at += length;
  }
  return null;
}

function readInterface(block: Bytes): Interface | null {
  const linkType = block.u16(0);
  const snapLength = block.u32(4);
  if (linkType === null || snapLength === null) return null;
  let device: string | null = null;
  let unitsPerSecond = 1e6;
  let offset = 0;
  for (const option of options(block, 8)) {
    if (option.code === 2) device = text(option.value.raw(0, option.value.length));
    if (option.code === 9) unitsPerSecond = resolution(option.value.u8(0) ?? 6);
    if (option.code === 14) offset = signed64(option.value);
  }
  return { linkType, device, unitsPerSecond, offset, snapLength };
}

function readFrame(
  type: number,
  block: Bytes,
  interfaces: readonly Interface[],
): Omit<CapturedFrame, 'number'> | 'broken' | null {
  switch (type) {
    case ENHANCED_PACKET:
      return timedFrame(block, interfaces[block.u32(0) ?? -1], true);
    case OLD_PACKET:
      return timedFrame(block, interfaces[block.u16(0) ?? -1], false);
    case SIMPLE_PACKET: {
      const on = interfaces[0];
      const original = block.u32(0);
      if (!on || original === null) return 'broken';
      const snap = on.snapLength === 0 ? original : Math.min(on.snapLength, original);
      const data = block.raw(4, 4 + Math.min(snap, block.length - 4));
      // The block has no time: such a frame cannot be ordered.
      return { time: Number.NaN, ...placed(on), data, direction: null };
    }
    default:
      return null;
  }
}

function timedFrame(
  block: Bytes,
  on: Interface | undefined,
  enhanced: boolean,
): Omit<CapturedFrame, 'number'> | 'broken' {
  const high = block.u32(4);
  const low = block.u32(8);
  const length = block.u32(12);
  if (!on || high === null || low === null || length === null) return 'broken';
  if (length > MAX_FRAME || 20 + length > block.length) return 'broken';
  const data = block.raw(20, 20 + length);
  const units = high * 4294967296 + low;
  const time = on.offset + toSeconds(units, high, low, on.unitsPerSecond);
  const flags = enhanced ? epbFlags(block, 20 + length + ((4 - (length % 4)) % 4)) : 0;
  const direction = (flags & 3) === 1 ? 'in' : (flags & 3) === 2 ? 'out' : null;
  return { time, ...placed(on), data, direction };
}

/** Nanoseconds since 1970 do not fit a double exactly, so whole seconds are split off first. */
function toSeconds(units: number, high: number, low: number, perSecond: number): number {
  if (units <= Number.MAX_SAFE_INTEGER) return units / perSecond;
  const exact = (BigInt(high) << 32n) | BigInt(low);
  const per = BigInt(Math.round(perSecond));
  return Number(exact / per) + Number(exact % per) / perSecond;
}

function placed(on: Interface): Pick<CapturedFrame, 'linkType' | 'device'> {
  return { linkType: on.linkType, device: on.device };
}

function epbFlags(block: Bytes, from: number): number {
  for (const option of options(block, from)) {
    if (option.code === 2) return option.value.u32(0) ?? 0;
  }
  return 0;
}

interface Option {
  readonly code: number;
  readonly value: Bytes;
}

function* options(block: Bytes, from: number): Generator<Option> {
  for (let at = from; at + 4 <= block.length; ) {
    const code = block.u16(at) ?? 0;
    const length = block.u16(at + 2) ?? 0;
    if (code === 0 || at + 4 + length > block.length) return;
    yield { code, value: block.slice(at + 4, at + 4 + length) };
    at += 4 + length + ((4 - (length % 4)) % 4);
  }
}

/** if_tsresol: a power of ten, or of two when the top bit is set. */
function resolution(value: number): number {
  return value & 0x80 ? 2 ** (value & 0x7f) : 10 ** value;
}

function signed64(value: Bytes): number {
  const a = value.u32(0) ?? 0;
  const b = value.u32(4) ?? 0;
  const [high, low] = value.little ? [b, a] : [a, b];
  return (high | 0) * 4294967296 + low;
}

function text(data: Uint8Array): string {
  return String.fromCharCode(...data.subarray(0, 64).filter((byte) => byte > 31 && byte < 127));
}
