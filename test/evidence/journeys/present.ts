import { buildEvidence } from '../../../src/evidence/build-evidence.ts';
import type { Evidence } from '../../../src/evidence/evidence.ts';
import type { Observation } from '../../../src/evidence/observation.ts';
import type { EvidencePart } from '../../../src/evidence/part.ts';
import { readEvidenceFile } from '../../../src/evidence/read-evidence-file.ts';
import type { Parsed } from '../../../src/packet/issue.ts';
import { carrierOf, framesOf, truthOfFrame, truthOfLine } from './truth.ts';

/** What was recorded: `n1-eth0.pcap`, `kernel.log`, and captures as text (`n1-vx0.txt`). */
export interface Recording {
  readonly captures: Readonly<Record<string, Buffer>>;
  readonly texts: Readonly<Record<string, string>>;
  readonly log: string;
}

/** How a clock shows time that is true on ours: seconds ahead, and how much faster it runs. */
export interface ClockError {
  readonly ahead: number;
  readonly faster: number;
}

export interface Presentation {
  /** Of each node, or of each file when `files` name no node. */
  readonly clocks: Readonly<Record<string, ClockError>>;
  /** Whether files lie in folders that say which node they are of. */
  readonly placed: boolean;
  /** Captures to be given as text. */
  readonly asText: readonly string[];
  /** Whether LOG lines keep sequence numbers and options, by node. */
  readonly fullLog: Readonly<Record<string, boolean>>;
}

export interface Presented {
  readonly evidence: Evidence;
  /** The packet that each observation really is, by its id; null where the recording cannot tell. */
  readonly truth: ReadonlyMap<number, string | null>;
  /** When each observation really was, by its id; null without a time. */
  readonly times: ReadonlyMap<number, number | null>;
}

/** Reads a recording as somebody would hand it over: formats mixed, clocks wrong. */
export function present(recording: Recording, how: Presentation): Presented {
  const parts: Parsed<EvidencePart>[] = [];
  const truths: (string | null)[] = [];
  const times: (number | null)[] = [];
  const carriers = new Map<string, string>();
  for (const [, pcap] of Object.entries(recording.captures)) {
    for (const frame of framesOf(pcap)) {
      const carrier = carrierOf(frame);
      const truth = truthOfFrame(frame);
      if (carrier !== null && truth !== null) carriers.set(carrier, truth);
    }
  }
  const alike = sentAlike(recording);
  const add = (
    part: Parsed<EvidencePart>,
    clock: string,
    truth: readonly (string | null)[],
  ): void => {
    const { observations } = part.value;
    if (observations.length !== truth.length) {
      throw new Error(
        `${part.value.file.file}: ${observations.length} of ${truth.length} packets read`,
      );
    }
    const shifted = observations.map((observation) => shift(observation, how.clocks[clock]));
    parts.push({ ...part, value: { ...part.value, observations: shifted } });
    truths.push(...truth.map((key) => (key !== null && alike.has(key) ? null : key)));
    times.push(...observations.map(({ time }) => time));
  };
  for (const [name, pcap] of Object.entries(recording.captures)) {
    const [namespace = '', device = ''] = name.replace('.pcap', '').split('-');
    const truth = framesOf(pcap).map(truthOfFrame);
    const text = how.asText.includes(name) ? recording.texts[name] : undefined;
    const file = fileName(namespace, device, text === undefined ? 'pcap' : 'txt', how.placed);
    const bytes = text === undefined ? pcap : Buffer.from(text);
    add(readEvidenceFile(bytes, file), how.placed ? nodeOf(namespace) : name, truth);
  }
  for (const node of ['n1', 'n2']) {
    const lines = recording.log.split('\n').filter((line) => line.includes(` ${node} `));
    const shown = lines.map((line) => strip(line, how.fullLog[node] ?? true));
    const truth = lines.map((line) => truthOfLine(line, carriers));
    const file = how.placed ? `evidence/${node}/kernel.log` : `${node}.log`;
    add(readEvidenceFile(Buffer.from(shown.join('\n')), file), how.placed ? node : file, truth);
  }
  return {
    evidence: buildEvidence(parts),
    truth: new Map(truths.map((truth, id) => [id, truth])),
    times: new Map(times.map((time, id) => [id, time])),
  };
}

/** An end sees each packet once: what it sees twice was sent twice with the same bytes (resets), and has no truth. */
function sentAlike({ captures }: Recording): ReadonlySet<string> {
  const alike = new Set<string>();
  for (const name of ['p1-eth0.pcap', 'p2-eth0.pcap', 'o1-eth0.pcap']) {
    const pcap = captures[name];
    const seen = new Set<string>();
    for (const frame of pcap ? framesOf(pcap) : []) {
      const truth = truthOfFrame(frame);
      if (truth !== null && seen.has(truth)) alike.add(truth);
      if (truth !== null) seen.add(truth);
    }
  }
  return alike;
}

function nodeOf(namespace: string): string {
  return namespace.replace('p', 'n');
}

function fileName(namespace: string, device: string, kind: string, placed: boolean): string {
  if (!placed) return `${namespace}-${device}.${kind}`;
  const netns = namespace.startsWith('p') ? `netns/${namespace}/` : '';
  return `evidence/${nodeOf(namespace)}/${netns}${device}.${kind}`;
}

/** The mark holds the truth; the rest is what a narrower rule would not have printed. */
function strip(line: string, full: boolean): string {
  const unmarked = line.replace(/ ?MARK=0x[0-9a-f]+/, '');
  if (full) return unmarked;
  return unmarked.replace(/ SEQ=\d+ ACK=\d+(?= WINDOW)/, '').replace(/ OPT \([0-9A-F]*\)/, '');
}

function shift(observation: Observation, error: ClockError | undefined): Observation {
  const { time } = observation;
  if (time === null || !error) return observation;
  return { ...observation, time: time + error.ahead + (time % 100_000) * error.faster };
}
