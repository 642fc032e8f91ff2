import type { TimeBase } from '../observation.ts';

/** A moment as a line prints it. */
export interface LineTime {
  readonly time: number | null;
  readonly base: TimeBase;
}

export const NO_TIME: LineTime = { time: null, base: 'none' };

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** 0..11, or -1 for another word. */
export function monthOf(name: string): number {
  return MONTHS.indexOf(name);
}

/** Seconds of `HH`, `MM`, `SS` and the digits after the point. */
export function secondsOfDay(hms: readonly (string | undefined)[], fraction?: string): number {
  const [hours, minutes, seconds] = hms;
  const whole = Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0);
  return fraction ? whole + Number(`0.${fraction}`) : whole;
}

/** Seconds from 1970 to the start of a day. */
export function secondsOfDate(year: number, month: number, day: number): number {
  return Date.UTC(year, month, day) / 1000;
}

/** Seconds from 1 January to the start of a day in a year that is not a leap year. */
export function secondsOfYearDay(month: number, day: number): number {
  return (Date.UTC(2001, month, day) - Date.UTC(2001, 0, 1)) / 1000;
}
