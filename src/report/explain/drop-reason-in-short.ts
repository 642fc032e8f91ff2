import { isDropReason } from '../../linux/drop-reason.ts';
import { DROP_REASON_TEXTS } from './drop-reason-texts.ts';

/** The short phrase for a drop reason; null for a name this version does not know. */
export function dropReasonInShort(name: string): string | null {
  return isDropReason(name) ? DROP_REASON_TEXTS[name].short : null;
}
