import { DROP_REASONS } from '../../linux/drop-reason.ts';
import { CAUSE_WORDS } from './cause-words.ts';
import { CHAIN_WORDS } from './chain-words.ts';
import { DISPOSITION_WORDS } from './disposition-words.ts';
import { DROP_REASON_TEXTS } from './drop-reason-texts.ts';
import type { Explanation } from './explanation.ts';
import { HOOK_WORDS, STATE_WORDS, TABLE_WORDS } from './netfilter-words.ts';
import { SYSCTL_WORDS } from './sysctl-words.ts';

/** Every word that `hookline explain` knows. */
export const GLOSSARY: readonly Explanation[] = [
  ...DROP_REASONS.map(
    (term): Explanation => ({
      term,
      kind: 'drop reason',
      meaning: `The kernel freed the packet: ${DROP_REASON_TEXTS[term].short}.`,
      ...DROP_REASON_TEXTS[term],
    }),
  ),
  ...HOOK_WORDS,
  ...TABLE_WORDS,
  ...CHAIN_WORDS,
  ...SYSCTL_WORDS,
  ...STATE_WORDS,
  ...DISPOSITION_WORDS,
  ...CAUSE_WORDS,
];

/**
 * Every explanation of a word, however it is written: with `SKB_DROP_REASON_`, a chain with its
 * hash, a sysctl with a device's name or without its path.
 */
export function explanationsOf(word: string): Explanation[] {
  const wanted = normal(word);
  return GLOSSARY.filter((entry) => {
    const term = normal(entry.term);
    if (term === wanted) return true;
    switch (entry.kind) {
      case 'chain':
        return term.endsWith('-') && wanted.startsWith(term) && wanted.length > term.length;
      case 'sysctl':
        return sysctlMatches(entry.term, word);
      default:
        return false;
    }
  });
}

function normal(word: string): string {
  return word
    .trim()
    .toLowerCase()
    .replace(/^skb_drop_reason_/, '');
}

function sysctlMatches(term: string, word: string): boolean {
  const parts = word.trim().replaceAll('/', '.').split('.');
  const known = term.split('.');
  if (parts.length === 1) return parts[0] === known.at(-1);
  return (
    parts.length >= known.length &&
    known.at(-1) === parts.at(-1) &&
    // A device's name may hold dots itself: only the ends are compared.
    known.slice(0, known.indexOf('DEVICE')).every((part, index) => parts[index] === part)
  );
}

/** The words most like an unknown one, the nearest first. */
export function nearWords(word: string, count = 5): string[] {
  const wanted = normal(word);
  return GLOSSARY.map(({ term }) => ({ term, distance: distanceOf(wanted, normal(term)) }))
    .filter(({ distance, term }) => distance <= Math.max(2, term.length / 2))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, count)
    .map(({ term }) => term);
}

function distanceOf(wanted: string, term: string): number {
  const whole = editDistance(wanted, term);
  if (wanted.length < 4) return whole;
  // A part of a name, such as `rpfilter`, is nearer than its length says.
  const squeezed = term.replace(/[-_.]/g, '');
  return squeezed.includes(wanted.replace(/[-_.]/g, '')) ? Math.min(whole, 1) : whole;
}

/** Levenshtein's distance, by rows. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
