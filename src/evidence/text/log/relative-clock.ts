import { type LineTime, monthOf, NO_TIME, secondsOfDay, secondsOfYearDay } from '../wall-time.ts';

const DISTANCE = /^\[ *\+(\d{1,12}\.\d{1,9})\] /;
const MINUTE = /^\[([A-Z][a-z]{2}) ?(\d{1,2}) (\d{2}):(\d{2})\] /;

/**
 * The times of `dmesg -e` and `-H`: a minute now and then, and else the distance to the line
 * before. Ordered and exact between two lines; the minute's seconds are not printed.
 */
export interface RelativeClock {
  /** Sees every line of the log; null when the line has no such time. */
  advance(line: string): LineTime | null;
}

export function relativeClock(): RelativeClock {
  let now: LineTime = NO_TIME;
  return {
    advance(line): LineTime | null {
      if (line.charCodeAt(0) !== 91) return null;
      const distance = DISTANCE.exec(line);
      if (distance) {
        now = { time: (now.time ?? 0) + Number(distance[1]), base: 'year' };
        return now;
      }
      const minute = MINUTE.exec(line);
      const month = monthOf(minute?.[1] ?? '');
      if (!minute || month < 0) return null;
      const [, , day, hours, minutes] = minute;
      const time = secondsOfYearDay(month, Number(day)) + secondsOfDay([hours, minutes, '0']);
      // Never back: what was added up may have run into this minute.
      now = { time: Math.max(time, now.time ?? 0), base: 'year' };
      return now;
    },
  };
}
