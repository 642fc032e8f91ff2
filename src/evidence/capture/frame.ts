/** One captured frame with how its first bytes are to be read. */
export interface CapturedFrame {
  /** 1-based, as every reader of captures numbers them. */
  readonly number: number;
  /** Seconds since 1970. */
  readonly time: number;
  readonly linkType: number;
  /** Name of the capturing interface, where the file says it. */
  readonly device: string | null;
  readonly data: Uint8Array;
  /** From a pcapng packet's flags option. */
  readonly direction: 'in' | 'out' | null;
}

export type FrameProblem = 'capture-cut-off' | 'capture-broken-block' | 'capture-not-readable';

/** Reads frames until the end or the first problem, which ends the reading. */
export interface FrameSource {
  readonly format: 'pcap' | 'pcapng';
  read(frame: (frame: CapturedFrame) => void): FrameProblem | null;
}

/** No real frame is longer; a larger length is garbage. Source: libpcap's MAXIMUM_SNAPLEN. */
export const MAX_FRAME = 262_144;
