import type { LineReader, TextLine } from '../line-reader.ts';
import type { PartDraft } from '../part-draft.ts';
import { monthOf, secondsOfDate, secondsOfDay } from '../wall-time.ts';
import { locationOf } from './kfree-skb-lines.ts';

const SUMMARY =
  /^(\d{1,10}) drops at (\S{1,120})(?: \((?:0x)?[0-9a-f]{1,16}\))?(?: \[(\w{1,20})\])?$/;
const START = /^drop at: (\S{1,120})/;
const FIELD =
  /^(origin|input port name|input port ifindex|timestamp|protocol|length|original length|drop reason|hardware group|flow action cookie): (.{1,100})$/;
const STAMP =
  /^[A-Z][a-z]{2} ([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d{2}):(\d{2}):(\d{2}) (\d{4}) (\d{1,9}) nsec$/;
const NOISE =
  /^(?:Kernel monitoring (?:de)?activated\.|Enabling monitoring\.\.\.|Issue Ctrl-C to stop monitoring|Waiting for (?:de)?activation ack\.\.\.|Initializing (?:kallsyms|null) (?:db|lookup method)|Alert mode successfully set|Got a stop message|dropwatch> ?.{0,60})$/;

/** Reads dropwatch, in its summary and its packet alert mode. dropwatch: src/main.c. */
export function dropwatchLines(draft: PartDraft): LineReader {
  let open: { readonly fields: Map<string, string>; readonly line: TextLine } | null = null;

  const put = (line: TextLine, location: string, fields: ReadonlyMap<string, string>): void => {
    const { node, netns } = draft.place;
    const time = readStamp(fields.get('timestamp') ?? '');
    const timeBase = time === null ? 'none' : 'date';
    draft.drop({
      node,
      netns,
      device: fields.get('input port name') ?? null,
      time,
      timeBase,
      clock: `${node ?? `${draft.file}#drops`}@${timeBase}`,
      reason: fields.get('drop reason') ?? null,
      location: locationOf(location),
      protocol: /^0x[0-9a-f]{1,4}$/.test(fields.get('protocol') ?? '')
        ? Number(fields.get('protocol'))
        : null,
      packet: null,
      buffer: null,
      format: 'dropwatch',
      source: line.source,
    });
  };

  const finish = (): void => {
    if (open) put(open.line, START.exec(open.line.text)?.[1] ?? '', open.fields);
    open = null;
  };

  return {
    take(line): boolean {
      const { text } = line;
      if (text.includes(' drops at ')) {
        const summary = SUMMARY.exec(text);
        if (summary) put(line, summary[2] ?? '', new Map());
        return summary !== null;
      }
      if (text.startsWith('drop at: ')) {
        finish();
        open = { fields: new Map(), line };
        return true;
      }
      const field = open ? FIELD.exec(text) : null;
      if (open && field) {
        open.fields.set(field[1] ?? '', field[2] ?? '');
        return true;
      }
      finish();
      return text.length < 80 && NOISE.test(text);
    },
    end: finish,
  };
}

function readStamp(text: string): number | null {
  const match = STAMP.exec(text);
  const month = monthOf(match?.[1] ?? '');
  if (!match || month < 0) return null;
  const [, , day, hours, minutes, seconds, year, nanoseconds] = match;
  return (
    secondsOfDate(Number(year), month, Number(day)) +
    secondsOfDay([hours, minutes, seconds]) +
    Number(nanoseconds) / 1e9
  );
}
