import type { Vantage } from '../../observation.ts';
import type { LineReader, TextLine } from '../line-reader.ts';
import type { PartDraft } from '../part-draft.ts';
import { type KernelLogLine, parseKernelLog } from './kernel-log.ts';

/** Reads the lines of LOG and legacy TRACE rules. */
export function logLines(draft: PartDraft): LineReader {
  const logged = (log: KernelLogLine, { source, carrier }: TextLine): void => {
    if (log.cut) draft.remark('log-line-cut', source);
    const { framing } = log;
    const node = framing.host ?? carrier?.host ?? draft.place.node;
    const when = framing.time === null && carrier ? carrier : framing;
    draft.observe({
      vantage: {
        ...LOG_VANTAGE,
        node,
        netns: draft.place.netns,
        iif: log.iif,
        oif: log.oif,
        physin: log.physin,
        physout: log.physout,
        label: log.prefix,
        group: `${draft.file}#log:${node ?? ''}`,
      },
      time: when.time,
      timeBase: when.base,
      clock: `${node ?? `${draft.file}#log`}@${when.base}`,
      packet: log.packet,
      link: log.link,
      uid: log.uid,
      format: 'kernel-log',
      source,
    });
  };

  return {
    take(line): boolean {
      const { text, source } = line;
      const log = text.includes('OUT=') ? parseKernelLog(text) : null;
      if (log === null) {
        if (!(text.includes('SRC=') && text.includes('DST=') && text.includes('PROTO=')))
          return false;
        draft.unreadable('log-line-cut-at-start', source);
      } else if (log.kind === 'line') logged(log.line, line);
      else if (log.kind === 'unreadable') draft.unreadable(log.code, source);
      return true;
    },
  };
}

/** A line of a log of which nothing is known yet. */
export const LOG_VANTAGE: Vantage = {
  kind: 'log',
  node: null,
  netns: null,
  device: null,
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
  direction: null,
  label: '',
  group: '',
};
