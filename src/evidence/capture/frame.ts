import type { Address } from '../../packet/address.ts';
import type { ByteWindow } from './byte-window.ts';

/**
 * One captured frame with how its first bytes are to be read. A reader fills the same object for
 * every frame: what outlives the call has to be copied.
 */
export interface Frame {
  /** 1-based, as every reader of captures numbers them. */
  number: number;
  /** Seconds since 1970; NaN for a frame without a time. */
  time: number;
  linkType: number;
  /** Name of the capturing interface, where the file says it. */
  device: string | null;
  /** The frame lies in `data` from `from` to `end`, which is not the end of the data. */
  data: Uint8Array;
  from: number;
  end: number;
  /** What it measured on the wire. */
  wireLength: number;
  direction: 'in' | 'out' | null;
  /** Byte order of the capturing host, in which some link headers are written. */
  little: boolean;
}

export function newFrame(): Frame {
  const nothing = { data: new Uint8Array(), from: 0, end: 0, wireLength: 0 };
  const unknown = { device: null, direction: null, little: true };
  return { number: 0, time: Number.NaN, linkType: -1, ...nothing, ...unknown };
}

export type FrameProblem =
  /** The file ends within a record. */
  | 'capture-cut-off'
  /** What stands here is no record; the next one was looked for. */
  | 'capture-broken-block';

/** What a reader of frames tells. */
export interface FrameSink {
  frame(frame: Frame): void;
  /** `frame` is the number of the last one before the problem. */
  problem(code: FrameProblem, frame: number): void;
  /** A comment of the file, an interface or a frame (its number, else 0). */
  comment(text: string, frame: number): void;
  /** The capture lost packets. */
  loss(count: number): void;
  /** The file's own names of an address. */
  hostName(address: Address, names: readonly string[]): void;
}

export interface FrameReader {
  readonly format: 'pcap' | 'pcapng';
  /** Uses up all whole records of the window; `last` says that nothing comes after it. */
  read(window: ByteWindow, last: boolean): void;
}

/** No real frame is longer; a larger length is garbage. Source: libpcap's MAXIMUM_SNAPLEN. */
export const MAX_FRAME = 262_144;
