import { HOOKS, type Hook } from '../../linux/hook.ts';
import { optionText } from './pcapng-options.ts';

/**
 * A frame of LINKTYPE_NFLOG, as `tcpdump -i nflog:N` and ulogd's PCAP output write it: what a rule
 * logged, with the hook it stood in. Source: linux/netfilter/nfnetlink_log.h.
 */
export interface NflogFrame {
  /** Where the packet begins; -1 when the frame holds none. */
  at: number;
  end: number;
  prefix: string;
  hook: Hook | null;
  mark: number | null;
  uid: number | null;
  /** The host's numbers of devices; 0 when there is none. */
  indev: number;
  outdev: number;
  physIndev: number;
  physOutdev: number;
  /** Where the link header's bytes begin and how many there are, e.g. an Ethernet header. */
  linkAt: number;
  linkLength: number;
}

const ATTRIBUTE = {
  packetHeader: 1,
  mark: 2,
  indev: 4,
  outdev: 5,
  physIndev: 6,
  physOutdev: 7,
  payload: 9,
  prefix: 10,
  uid: 11,
  linkHeader: 16,
} as const;

/** Null when the frame is too short or of another version. */
export function readNflog(
  data: Uint8Array,
  from: number,
  end: number,
  little: boolean,
): NflogFrame | null {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (from + 4 > end || view.getUint8(from + 1) !== 0) return null;
  const devices = { indev: 0, outdev: 0, physIndev: 0, physOutdev: 0 };
  const empty = { at: -1, end, prefix: '', hook: null, mark: null, uid: null };
  const frame: NflogFrame = { ...empty, ...devices, linkAt: -1, linkLength: 0 };
  for (let at = from + 4; at + 4 <= end; ) {
    const length = view.getUint16(at, little);
    const type = view.getUint16(at + 2, little) & 0x7fff;
    if (length < 4 || at + length > end) {
      // The payload is the last attribute, and a capture may cut it.
      if (type === ATTRIBUTE.payload && length >= 4) frame.at = at + 4;
      return frame.at < 0 ? null : frame;
    }
    takeAttribute(frame, type, view, at + 4, length - 4);
    at += length + ((4 - (length % 4)) % 4);
  }
  return frame;
}

/** Values are in network order. */
function takeAttribute(
  frame: NflogFrame,
  type: number,
  view: DataView,
  at: number,
  length: number,
): void {
  const word = length >= 4 ? view.getUint32(at) : 0;
  switch (type) {
    case ATTRIBUTE.packetHeader:
      if (length >= 3) frame.hook = HOOKS[view.getUint8(at + 2)] ?? null;
      break;
    case ATTRIBUTE.mark:
      frame.mark = word;
      break;
    case ATTRIBUTE.indev:
      frame.indev = word;
      break;
    case ATTRIBUTE.outdev:
      frame.outdev = word;
      break;
    case ATTRIBUTE.physIndev:
      frame.physIndev = word;
      break;
    case ATTRIBUTE.physOutdev:
      frame.physOutdev = word;
      break;
    case ATTRIBUTE.payload:
      frame.at = at;
      frame.end = at + length;
      break;
    case ATTRIBUTE.prefix: {
      const bytes = new Uint8Array(view.buffer, view.byteOffset + at, length);
      const zero = bytes.indexOf(0);
      frame.prefix = optionText(bytes, 0, zero < 0 ? length : zero);
      break;
    }
    case ATTRIBUTE.uid:
      if (length >= 4) frame.uid = word;
      break;
    case ATTRIBUTE.linkHeader:
      frame.linkAt = at;
      frame.linkLength = length;
      break;
  }
}
