import type { Moment } from './moment.ts';
import type { Direction } from './selector.ts';

/** The most that iptables takes. Linux: the size of nf_log_info's prefix is 30 with its end. */
export const LONGEST_PREFIX = 29;

/**
 * The prefix of a rule: whose it is, table and hook in the words by which a log line is placed
 * (see join/log-places.ts), and the direction: `hl4821 mangle postrouting > `.
 */
export function logPrefix(id: string, moment: Moment, direction: Direction): string {
  const place = `${moment.table ?? 'after'} ${moment.hook}`;
  return `hl${id} ${place} ${direction === 'to' ? '>' : '<'} `;
}

/** The comment that only the rules of one plan have. */
export function logComment(id: string): string {
  return `hookline-${id}`;
}

/** Four digits that are equal for equal texts: letters could read as the name of a hook. FNV-1a. */
export function planId(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  }
  return String(hash % 10_000).padStart(4, '0');
}
