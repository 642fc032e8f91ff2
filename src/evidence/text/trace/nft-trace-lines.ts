import type { LineReader, TextLine } from '../line-reader.ts';
import type { PartDraft } from '../part-draft.ts';
import { readNftPacket } from './nft-packet.ts';
import { observeStep, type TraceStep } from './trace-draft.ts';
import { type TracedPacket, tracedPackets } from './traced-packets.ts';
import { translations } from './translations.ts';

const LINE =
  /^trace id ([0-9a-f]{1,16}) (ip6?|inet|bridge|arp|netdev) (\S{1,128}) (\S{1,128}) +(packet:|conntrack:|rule |unknown rule |policy |verdict |return\b)(.*)$/;

const MARK = /\bmeta mark (0x[0-9a-f]{1,8})\s*$/;

interface WaitingStep {
  readonly step: TraceStep;
  readonly line: TextLine;
}

/**
 * Reads `nft monitor trace`, which prints text with `-j`, too: the packet at a base chain, and
 * below it what the chain's rules decided. nftables: src/netlink.c, trace_print_*().
 */
export function nftTraceLines(draft: PartDraft): LineReader {
  const packets = tracedPackets<WaitingStep>();
  const translated = translations();

  const take = (line: TextLine): boolean => {
    if (!line.text.startsWith('trace id ')) return false;
    const match = LINE.exec(line.text);
    if (!match) {
      draft.unreadable('trace-line', line.source);
      return true;
    }
    const [, id = '', family = '', table = '', chain = '', kind = '', rest = ''] = match;
    const at = { id, family, table, chain };
    if (kind === 'conntrack:') return true;
    if (kind === 'packet:') {
      takePacket({ ...at, ruleText: null, verdict: null }, rest, line);
      return true;
    }
    const step: TraceStep = { ...at, ...decision(kind.trim(), rest) };
    const packet = packets.get(id);
    if (packet) observeAt(step, packet, line, rest);
    else if (!packets.isHidden(id)) packets.wait(id, { step, line });
    return true;
  };

  /** After a translation a step shows nothing of the packet until it is printed again. */
  const observeAt = (step: TraceStep, packet: TracedPacket, line: TextLine, rest: string): void => {
    if (translated.changed(step)) return;
    const mark = MARK.exec(rest)?.[1];
    const traced =
      mark === undefined ? packet : { ...packet, packet: { ...packet.packet, mark: Number(mark) } };
    observeStep(draft, step, traced, line, 'nft-trace');
    translated.decided(step);
  };

  const takePacket = (step: TraceStep, text: string, line: TextLine): void => {
    const { packet, ...rest } = readNftPacket(text);
    // ARP and others: recognised, but no packet of a flow.
    if (!packet) {
      packets.hide(step.id);
      return;
    }
    const traced = { ...rest, packet };
    packets.set(step.id, traced);
    translated.printed(step.id);
    for (const waiting of packets.waited(step.id)) {
      observeStep(draft, waiting.step, traced, waiting.line, 'nft-trace');
    }
    observeStep(draft, step, traced, line, 'nft-trace');
  };

  return {
    take,
    end(): void {
      for (const { line } of packets.rest()) draft.remark('trace-without-packet', line.source);
    },
  };
}

/** `rule TEXT (verdict V)`, `unknown rule handle N (verdict V)`, `policy V`, `verdict V`. */
function decision(kind: string, rest: string): Pick<TraceStep, 'ruleText' | 'verdict'> {
  if (kind === 'return') return { ruleText: null, verdict: 'return' };
  // Behind it may stand what the rules changed: `policy accept meta mark 0x00004000`.
  const plain = rest.replace(MARK, '').trim();
  if (kind === 'policy') return { ruleText: `policy ${plain}`, verdict: plain };
  if (kind === 'verdict') return { ruleText: null, verdict: plain };
  const at = rest.lastIndexOf('(verdict ');
  const text = (at < 0 ? rest : rest.slice(0, at)).trim();
  const verdict = at < 0 ? null : rest.slice(at + 9).replace(/\)\s*$/, '');
  return { ruleText: kind === 'rule' ? text : `rule ${text}`, verdict };
}
