import type { Endpoint, EvidenceFile } from '../../evidence/evidence.ts';
import { type FlowCount, type FlowPair, pairFlows } from '../../evidence/flow-count.ts';
import { protocolName } from '../../packet/protocol.ts';
import type { Level } from '../text/level.ts';
import { endpointWords } from './words.ts';

/** What a capture holds beside the packets that were kept; nothing for other files. */
export function captureLines(file: EvidenceFile, level: Level): string[] {
  const lines: string[] = [];
  const others = (file.otherFrames ?? []).map(({ name, frames }) => `${frames} ${name}`);
  if (others.length > 0) lines.push(`    frames without an IP packet: ${others.join(', ')}`);
  if (!file.flows) return lines;
  lines.push(
    '    kept of each flow: its first packets, and those that open, end or refuse it; counted: all',
  );
  const pairs = pairFlows(file.flows.flows).toSorted(unansweredFirst);
  const unanswered = pairs.filter(({ back }) => back === null).length;
  const uncounted = file.flows.uncounted;
  const rest = uncounted > 0 ? `; ${uncounted} packets of more flows than are counted` : '';
  lines.push(`    ${pairs.length} flows, ${unanswered} of them one way${rest}`);
  const shown = level === 'detailed' ? pairs : pairs.slice(0, SHOWN_FLOWS);
  lines.push(...shown.map((pair) => `      ${pairLine(pair)}`));
  if (pairs.length > shown.length) lines.push(`      and ${pairs.length - shown.length} more`);
  return lines;
}

const SHOWN_FLOWS = 10;

/** One-way flows, then those with resets, then the largest. */
function unansweredFirst(a: FlowPair, b: FlowPair): number {
  const rank = ({ there, back }: FlowPair): number =>
    back === null ? 0 : there.resets + back.resets > 0 ? 1 : 2;
  const packets = ({ there, back }: FlowPair): number => there.packets + (back?.packets ?? 0);
  return rank(a) - rank(b) || packets(b) - packets(a);
}

function pairLine({ there, back }: FlowPair): string {
  const source: Endpoint = { address: there.source, port: there.sport };
  const destination: Endpoint = { address: there.destination, port: there.dport };
  const ends = `${endpointWords(source)} -> ${endpointWords(destination)}`;
  const answer = back === null ? 'nothing back' : `back ${countWords(back)}`;
  return `${ends} ${protocolName(there.protocol)}: ${countWords(there)}; ${answer}`;
}

function countWords(flow: FlowCount): string {
  const flags = [
    [flow.syns, 'SYN'],
    [flow.synAcks, 'SYN-ACK'],
    [flow.fins, 'FIN'],
    [flow.resets, 'RST'],
  ] as const;
  const shown = flags.filter(([number]) => number > 0).map(([number, name]) => `${number} ${name}`);
  const words = shown.length > 0 ? ` (${shown.join(', ')})` : '';
  return `${flow.packets} packets, ${flow.bytes} bytes${words}`;
}
