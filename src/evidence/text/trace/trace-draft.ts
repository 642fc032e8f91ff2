import { hookOfChain } from '../../../linux/hook.ts';
import { XT_TABLES } from '../../../linux/priority.ts';
import type { EvidenceFormat } from '../../observation.ts';
import type { TextLine } from '../line-reader.ts';
import { LOG_VANTAGE } from '../log/log-lines.ts';
import type { PartDraft } from '../part-draft.ts';
import type { TracedPacket } from './traced-packets.ts';

/** Where a traced packet was and what a rule did with it. */
export interface TraceStep {
  readonly id: string;
  /** `ip`, `ip6`, `inet`, `bridge`, `arp`, `netdev`. */
  readonly family: string;
  readonly table: string;
  readonly chain: string;
  readonly ruleText: string | null;
  readonly verdict: string | null;
}

/** Puts a step of a trace down as a sighting of its packet. */
export function observeStep(
  draft: PartDraft,
  step: TraceStep,
  traced: TracedPacket,
  line: TextLine,
  format: Extract<EvidenceFormat, 'xtables-trace' | 'nft-trace'>,
): void {
  const { place, file } = draft;
  const { carrier } = line;
  const node = carrier?.host ?? place.node;
  const base = carrier?.base ?? 'none';
  const xt = XT_TABLES.some((name) => name === step.table) && /^ip6?$/.test(step.family);
  draft.observe({
    vantage: {
      ...LOG_VANTAGE,
      node,
      netns: place.netns,
      hook: xt ? hookOfChain(step.chain) : null,
      // As the model names them: a native table by its family, too.
      table: xt ? step.table : `${step.family} ${step.table}`,
      chain: step.chain,
      ruleText: step.ruleText,
      verdict: step.verdict,
      traceId: step.id,
      iif: traced.iif,
      oif: traced.oif,
      label: format === 'nft-trace' ? 'nft monitor trace' : 'xtables-monitor',
      group: `${file}#${format}:${node ?? ''}`,
    },
    time: carrier?.time ?? null,
    timeBase: base,
    clock: `${node ?? `${file}#trace`}@${base}`,
    packet: traced.packet,
    link: traced.link,
    uid: null,
    format,
    source: line.source,
  });
}
