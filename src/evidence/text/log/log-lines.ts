import { BARE_VANTAGE } from '../../bare-vantage.ts';
import type { Vantage } from '../../observation.ts';
import type { LineReader, TextLine } from '../line-reader.ts';
import type { PartDraft } from '../part-draft.ts';
import type { LineTime } from '../wall-time.ts';
import { type KernelLogLine, parseKernelLog } from './kernel-log.ts';
import { relativeClock } from './relative-clock.ts';

/** syslogd's word for lines that it did not write again; it does not say what they were. */
const REPEATED = /\b(?:last )?message repeated \d{1,9} times?\.?$/;

/** Reads the lines of LOG and legacy TRACE rules. */
export function logLines(draft: PartDraft): LineReader {
  const relative = relativeClock();

  const logged = (
    log: KernelLogLine,
    { source, carrier }: TextLine,
    distance: LineTime | null,
  ): void => {
    if (log.cut) draft.remark('log-line-cut', source);
    const { framing } = log;
    const node = framing.host ?? carrier?.host ?? draft.place.node;
    const own = framing.time === null && carrier ? carrier : framing;
    const when = distance ?? own;
    const clock = `${node ?? `${draft.file}#log`}@${when.base}`;
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
      clock: distance ? `${draft.file}#log-distances@${when.base}` : clock,
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
      const distance = relative.advance(text);
      const log = text.includes('OUT=') ? parseKernelLog(text) : null;
      if (log === null) {
        if (!(text.includes('SRC=') && text.includes('DST=') && text.includes('PROTO=')))
          return text.includes('message repeated') && REPEATED.test(text);
        draft.unreadable('log-line-cut-at-start', source);
      } else if (log.kind === 'line') logged(log.line, line, distance);
      else if (log.kind === 'unreadable') draft.unreadable(log.code, source);
      return true;
    },
  };
}

/** A line of a log of which nothing is known yet. */
export const LOG_VANTAGE: Vantage = { kind: 'log', ...BARE_VANTAGE };
