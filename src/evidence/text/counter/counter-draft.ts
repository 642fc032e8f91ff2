import type { SourceRef } from '../../../packet/source-ref.ts';
import type { CounterReading } from '../../counter.ts';
import type { PartDraft } from '../part-draft.ts';

/** Where the readers of counters put what they read, with the moment it was read at. */
export interface CounterDraft {
  count(device: string | null, counter: string, value: number, source: SourceRef): void;
  /** A heading or comment, which may say that what follows is of before or after. */
  heading(text: string): void;
}

const MAX_HEADING = 120;

export function counterDraft(draft: PartDraft): CounterDraft {
  const { node, netns, name } = draft.place;
  let moment: CounterReading['moment'] = momentOf(name);
  return {
    count(device, counter, value, source): void {
      draft.count({ node, netns, device, moment, counter, value, source });
    },
    heading(text): void {
      if (text.length <= MAX_HEADING) moment = momentOf(text) ?? moment;
    },
  };
}

/** Null also when it says both. */
function momentOf(text: string): CounterReading['moment'] {
  const before = /\bbefore\b/i.test(text.replaceAll('_', ' '));
  const after = /\bafter\b/i.test(text.replaceAll('_', ' '));
  if (before === after) return null;
  return before ? 'before' : 'after';
}
