import type { Location } from '../../diagnosis/diagnosis.ts';
import { netnsKey } from '../../packet/place.ts';
import { CAUSE_WORDS } from '../explain/cause-words.ts';

/** A cause in a phrase, as `hookline explain` says it. */
export function causeTitle(causeId: string): string {
  return CAUSE_WORDS.find(({ term }) => term === causeId)?.short ?? causeId;
}

/** `on n2, device flannel0, hook forward`, or an empty text when no place is known. */
export function locationWords({ where, device, hook, rule, segment }: Location): string {
  const parts = [
    ...(where ? [`on ${netnsKey(where)}`] : []),
    ...(segment === null ? [] : [`segment ${segment}`]),
    ...(device === null ? [] : [`device ${device}`]),
    ...(hook === null ? [] : [`hook ${hook}`]),
    ...(rule === null ? [] : [`rule ${rule}`]),
  ];
  return parts.join(', ');
}
