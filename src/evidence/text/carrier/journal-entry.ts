import type { LogFraming } from '../log/log-framing.ts';
import { type LineTime, NO_TIME } from '../wall-time.ts';

/** Fields of a journal's entry. systemd: systemd.journal-fields(7). */
export type JournalField = (name: string) => unknown;

/**
 * The message of an entry and what frames it; null when these fields are no entry. `head` is the
 * time that stands above them, where their own is not printed.
 */
export function journalEntry(
  field: JournalField,
  head: LineTime | null = null,
): { readonly message: string; readonly carrier: LogFraming } | null {
  const message = text(field('MESSAGE'));
  const stamp =
    number(field('_SOURCE_REALTIME_TIMESTAMP')) ?? number(field('__REALTIME_TIMESTAMP'));
  const monotonic = number(field('__MONOTONIC_TIMESTAMP'));
  if (message === null || (stamp ?? monotonic ?? head) === null) return null;
  const host = field('_HOSTNAME');
  const printed = stamp ?? monotonic;
  const base = stamp === null ? 'uptime' : 'epoch';
  const own: LineTime = printed === null ? NO_TIME : { time: printed / 1e6, base };
  const when = stamp === null && head ? head : own;
  return {
    message,
    carrier: {
      time: when.time,
      base: when.base,
      host: typeof host === 'string' && host !== '' ? host : null,
      message: '',
    },
  };
}

/** A message that is not UTF-8 is an array of its bytes. */
function text(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return null;
  const bytes = value.filter((byte): byte is number => typeof byte === 'number');
  return new TextDecoder().decode(Uint8Array.from(bytes));
}

function number(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  return typeof value === 'string' && /^\d{1,20}$/.test(value) ? Number(value) : null;
}
