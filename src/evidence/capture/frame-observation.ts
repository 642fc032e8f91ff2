import { BARE_VANTAGE } from '../bare-vantage.ts';
import type { Observation, ObservedPacket, Vantage } from '../observation.ts';
import type { FilePlace } from '../place-of-file.ts';
import type { Frame } from './frame.ts';
import { type LinkHead, observedLink } from './link-layer.ts';
import type { NflogFrame } from './nflog.ts';

/** What one frame shows, and of where it was captured. */
export interface FrameParts {
  readonly file: string;
  readonly place: FilePlace;
  readonly format: 'pcap' | 'pcapng';
  readonly read: Frame;
  readonly link: LinkHead;
  /** Set for a packet that a rule logged. */
  readonly nflog: NflogFrame | null;
  readonly packet: ObservedPacket;
}

/** Makes observations of the packets of one file; their ids are given when all are read. */
export function frameObserver(): (parts: FrameParts) => Observation {
  // Very many frames have one vantage point: they share it.
  const places = new Map<string, Vantage>();
  return (parts) => {
    const { read, link, nflog } = parts;
    if (nflog) return frameObservation(parts, logVantage(parts, nflog));
    const key = `${read.device}/${read.direction ?? link.direction}/${link.ifindex}`;
    const known = places.get(key);
    if (known) return frameObservation(parts, known);
    const place = captureVantage(parts);
    if (places.size < MOST_PLACES) places.set(key, place);
    return frameObservation(parts, place);
  };
}

const MOST_PLACES = 1000;

function frameObservation(parts: FrameParts, vantage: Vantage): Observation {
  const { file, place, read, nflog } = parts;
  const timed = !Number.isNaN(read.time);
  const timeBase = timed ? 'epoch' : 'none';
  return {
    id: -1,
    vantage,
    time: timed ? read.time : null,
    timeBase,
    clock: `${place.node ?? file}@${timeBase}`,
    packet: nflog?.mark ? { ...parts.packet, mark: nflog.mark } : parts.packet,
    link: observedLink(read.data, parts.link),
    uid: nflog?.uid ?? null,
    format: parts.format,
    source: { file, line: read.number },
  };
}

function captureVantage({ file, place, read, link }: FrameParts): Vantage {
  const device = read.device ?? place.device;
  return {
    kind: 'capture',
    ...BARE_VANTAGE,
    node: place.node,
    netns: place.netns,
    device: device === 'any' || device === null ? numbered(link.ifindex) : device,
    direction: read.direction ?? link.direction,
    label: place.name,
    group: read.device === null ? file : `${file}#${read.device}`,
  };
}

/** The frame names its devices by the host's numbers only. */
function logVantage({ file, place }: FrameParts, nflog: NflogFrame): Vantage {
  return {
    kind: 'log',
    ...BARE_VANTAGE,
    node: place.node,
    netns: place.netns,
    hook: nflog.hook,
    iif: numbered(nflog.indev),
    oif: numbered(nflog.outdev),
    physin: numbered(nflog.physIndev),
    physout: numbered(nflog.physOutdev),
    label: nflog.prefix,
    group: `${file}#log:${place.node ?? ''}`,
  };
}

function numbered(ifindex: number): string | null {
  return ifindex === 0 ? null : `ifindex ${ifindex}`;
}
