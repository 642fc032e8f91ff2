import type { DropSighting } from '../../drop.ts';
import type { LineReader, TextLine } from '../line-reader.ts';
import type { PartDraft } from '../part-draft.ts';

/** tracefs, trace-cmd: `task-pid [cpu] flags time: kfree_skb: ...`. perf script: `task pid [cpu] time: skb:kfree_skb: ...`. */
const EVENT =
  /(?:^|\s)(\d{1,12}\.\d{1,9}): +(skb:)?kfree_skb(?:_reason)?: +skbaddr=(\S{1,20}) (.*)$/;
/** perf trace: time since its start in milliseconds. */
const PERF_TRACE =
  /^\s*\d{1,12}\.\d{1,6} (?:\( *[\d.]{0,20} ms\): )?\S.{0,60} skb:kfree_skb\(skbaddr: (0x[0-9a-f]{1,16}|0), (.*)\)$/;
const STACK =
  /^[0-9a-f]{8,16} [\w.$]{1,100}(?:\+0x[0-9a-f]{1,8})?(?:\/0x[0-9a-f]{1,8})? \(\S{1,200}\)$/;

/** Reads kfree_skb events. Linux: include/trace/events/skb.h. */
export function kfreeSkbLines(draft: PartDraft): LineReader {
  let stackAt = 0;

  const put = (
    line: TextLine,
    fields: Pick<DropSighting, 'reason' | 'location' | 'protocol' | 'buffer' | 'format'>,
    uptime: number | null,
  ): void => {
    const { carrier } = line;
    const node = carrier?.host ?? draft.place.node;
    const timeBase = uptime === null ? 'none' : 'uptime';
    draft.drop({
      node,
      netns: draft.place.netns,
      device: null,
      time: uptime,
      timeBase,
      clock: `${node ?? `${draft.file}#drops`}@${timeBase}`,
      packet: null,
      source: line.source,
      ...fields,
    });
  };

  return {
    take(line): boolean {
      const { text, number } = line;
      if (!text.includes('kfree_skb')) {
        const stack = stackAt === number - 1 && STACK.test(text);
        if (stack) stackAt = number;
        return stack;
      }
      const event = EVENT.exec(text);
      if (event) {
        const [, time, perf, buffer = '', rest = ''] = event;
        put(
          line,
          {
            reason: field(rest, /\breason: ?([A-Z][A-Z0-9_]{1,60})/),
            location: locationOf(field(rest, /\blocation=(\S{1,120})/)),
            protocol: numberOf(field(rest, /\bprotocol=(\d{1,5})/)),
            buffer,
            format: perf === undefined ? 'tracefs' : 'perf',
          },
          Number(time),
        );
        stackAt = number;
        return true;
      }
      const traced = PERF_TRACE.exec(text);
      if (!traced) return false;
      const [, buffer = '', rest = ''] = traced;
      put(
        line,
        {
          // Numbers of reasons differ between kernels.
          reason: field(rest, /\breason: (?:SKB_DROP_REASON_)?([A-Z][A-Z0-9_]{1,60})/),
          location: locationOf(field(rest, /\blocation: ([A-Za-z_]\S{0,120}?),?(?: |$)/)),
          protocol: numberOf(field(rest, /\bprotocol: (\d{1,5})/)),
          buffer,
          format: 'perf',
        },
        null,
      );
      return true;
    },
  };
}

function field(text: string, pattern: RegExp): string | null {
  return pattern.exec(text)?.[1] ?? null;
}

function numberOf(text: string | null): number | null {
  return text === null ? null : Number(text);
}

/** The function of `ip6_mc_input+0x15e/0x270`; null for a bare address. */
export function locationOf(text: string | null): string | null {
  const name = text?.replace(/\+(?:0x)?[0-9a-f]{1,8}(?:\/0x[0-9a-f]{1,8})?$/, '') ?? '';
  return /^[A-Za-z_][\w.$]{0,120}$/.test(name) && !/^[0-9a-f]{8,16}$/.test(name) ? name : null;
}
