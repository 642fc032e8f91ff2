import type { Issue, Parsed } from '../../packet/issue.ts';
import { type Observation, type ObservedPacket, subject } from '../observation.ts';
import { DEFAULT_LIMIT, type EvidencePart, KEPT_NOTES, type ReadOptions } from '../part.ts';
import { type FilePlace, placeOfFile } from '../place-of-file.ts';
import { bytesOf } from './cursor.ts';
import type { CapturedFrame, FrameSource } from './frame.ts';
import { readIpPacket } from './ip-packet.ts';
import { ETHER_IPV4, ETHER_IPV6, type LinkFrame, readLink } from './link-layer.ts';
import { openPcap } from './pcap.ts';
import { openPcapng } from './pcapng.ts';

/** Whether the bytes begin as a capture file that `readCapture` reads. */
export function isCapture(bytes: Uint8Array): boolean {
  return openCapture(bytes) !== null;
}

/** Reads a pcap or pcapng file. A cut-off file gives the packets up to there and an issue. */
export function readCapture(
  bytes: Uint8Array,
  file: string,
  options: ReadOptions = {},
): Parsed<EvidencePart> {
  const place = placeOfFile(file);
  const limit = options.limit ?? DEFAULT_LIMIT;
  const observations: Observation[] = [];
  const issues: Issue[] = [];
  const unknownLinks = new Set<number>();
  let frames = 0;
  let recognised = 0;
  let dropped = 0;

  const note = (code: string, frame: number, detail: string): void => {
    if (issues.length >= KEPT_NOTES) return;
    issues.push({ code, severity: 'warning', source: { file, line: frame }, detail });
  };

  const keep = (packet: ObservedPacket): boolean => {
    if (options.keep && !options.keep(subject(packet))) return false;
    if (observations.length < limit) return true;
    dropped++;
    return false;
  };

  const source = openCapture(bytes);
  if (!source) {
    const issue: Issue = {
      code: 'capture-not-readable',
      severity: 'error',
      source: { file, line: 0 },
      detail: '',
    };
    return { value: partOf(file, 'pcap', { frames, recognised, dropped }, []), issues: [issue] };
  }
  const problem = source.read((frame) => {
    frames++;
    const data = bytesOf(frame.data);
    const link = readLink(frame.linkType, data);
    if (!link && !KNOWN_LINKS.has(frame.linkType)) {
      if (!unknownLinks.has(frame.linkType)) {
        note('capture-link-type-unknown', frame.number, String(frame.linkType));
      }
      unknownLinks.add(frame.linkType);
      return;
    }
    if (!link) return note('capture-frame-short', frame.number, '');
    recognised++;
    if (link.etherType !== ETHER_IPV4 && link.etherType !== ETHER_IPV6) return;
    const packet = readIpPacket(data.slice(link.at, data.length));
    if (!packet) return note('capture-frame-short', frame.number, '');
    if (!keep(packet)) return;
    const id = observations.length;
    observations.push(observationOf({ id, file, place, source, frame, link, packet }));
  });
  if (problem) note(problem, frames, String(frames));
  if (dropped > 0) note('packets-over-limit', frames, String(dropped));
  return {
    value: partOf(file, source.format, { frames, recognised, dropped }, observations),
    issues,
  };
}

const KNOWN_LINKS = new Set([0, 1, 12, 14, 101, 108, 113, 228, 229, 276]);

function openCapture(bytes: Uint8Array): FrameSource | null {
  return openPcap(bytes) ?? openPcapng(bytes);
}

interface FrameParts {
  readonly id: number;
  readonly file: string;
  readonly place: FilePlace;
  readonly source: FrameSource;
  readonly frame: CapturedFrame;
  readonly link: LinkFrame;
  readonly packet: ObservedPacket;
}

function observationOf(parts: FrameParts): Observation {
  const { file, place, frame, link } = parts;
  const device = frame.device ?? place.device;
  const timed = Number.isFinite(frame.time);
  const group = frame.device === null ? file : `${file}#${frame.device}`;
  return {
    id: parts.id,
    vantage: {
      kind: 'capture',
      node: place.node,
      netns: place.netns,
      device: device === 'any' ? null : device,
      hook: null,
      table: null,
      chain: null,
      rule: null,
      ruleText: null,
      verdict: null,
      traceId: null,
      iif: null,
      oif: null,
      physin: null,
      physout: null,
      direction: frame.direction ?? link.direction,
      label: place.name,
      group,
    },
    time: timed ? frame.time : null,
    timeBase: timed ? 'epoch' : 'none',
    clock: `${place.node ?? file}@${timed ? 'epoch' : 'none'}`,
    packet: parts.packet,
    link: link.link,
    uid: null,
    format: parts.source.format,
    source: { file, line: frame.number },
  };
}

interface Counts {
  readonly frames: number;
  readonly recognised: number;
  readonly dropped: number;
}

function partOf(
  file: string,
  format: FrameSource['format'],
  counts: Counts,
  observations: readonly Observation[],
): EvidencePart {
  const { frames, recognised, dropped } = counts;
  return {
    file: { file, format, lines: frames, recognised, unplaced: [], unplacedCount: 0, dropped },
    observations,
    statements: [],
    counters: [],
    drops: [],
    tracked: [],
    sockets: [],
    labels: [],
  };
}
