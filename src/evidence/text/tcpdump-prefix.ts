import { type LineTime, NO_TIME, secondsOfDate, secondsOfDay } from './wall-time.ts';

/** What tcpdump prints before the packet: `-#`, the time forms of `-t`, and `-i any`. */
export interface TcpdumpPrefix extends LineTime {
  readonly device: string | null;
  readonly direction: 'in' | 'out' | null;
  /** Where the rest begins. */
  readonly end: number;
}

const NUMBER = /^\d{1,9} {2}(?=[\dI])/;
const CLOCK = /^ ?(-?)(?:(\d{4})-(\d{2})-(\d{2}) )?(\d{2}):(\d{2}):(\d{2})\.(\d{6}(?:\d{3})?) +/;
const EPOCH = /^(\d{9,11})\.(\d{6}(?:\d{3})?) +/;
const ANY = /^(?:([A-Za-z][\w.@:-]{0,15}|\?) +)?(In|Out|B|M|P) +/;
/** Without a time (-t) only what follows shows that it is one. */
const ANY_UNTIMED = /^(?:([A-Za-z][\w.@:-]{0,15}|\?) +)(In|Out|B|M|P) +(?=IP6? |ARP, |ifindex |\()/;

export function readTcpdumpPrefix(line: string): TcpdumpPrefix {
  const from = NUMBER.exec(line)?.[0].length ?? 0;
  const text = line.slice(from);
  const clock = CLOCK.exec(text);
  const epoch = clock ? null : EPOCH.exec(text);
  const time = clock ? clockTime(clock) : epoch ? epochTime(epoch) : NO_TIME;
  const stamp = clock ?? epoch;
  const end = from + (stamp?.[0].length ?? 0);
  const any = (stamp ? ANY : ANY_UNTIMED).exec(line.slice(end));
  return {
    ...time,
    // A device that was gone when the file was printed.
    device: any?.[1] === '?' ? null : (any?.[1] ?? null),
    direction: any ? (any[2] === 'Out' ? 'out' : 'in') : null,
    end: end + (any?.[0].length ?? 0),
  };
}

function clockTime(match: RegExpExecArray): LineTime {
  const [, sign, year, month, day, h, m, s, fraction] = match;
  // The distances of -ttt go back where packets are out of order.
  const time = secondsOfDay([h, m, s], fraction) * (sign === '-' ? -1 : 1);
  if (year === undefined) return { time, base: 'day' };
  const date = secondsOfDate(Number(year), Number(month) - 1, Number(day));
  return { time: date + time, base: 'date' };
}

function epochTime(match: RegExpExecArray): LineTime {
  return { time: Number(`${match[1]}.${match[2]}`), base: 'epoch' };
}
