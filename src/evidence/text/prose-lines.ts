import { parseAddressStatement } from './address-statement.ts';
import type { CaptureGroups } from './capture-groups.ts';
import type { CounterDraft } from './counter/counter-draft.ts';
import type { LineReader } from './line-reader.ts';
import type { PartDraft } from './part-draft.ts';

/** Reads what people write between outputs: headings, and addresses with what they are of. */
export function proseLines(
  draft: PartDraft,
  groups: CaptureGroups,
  counters: CounterDraft,
): LineReader {
  let before: { readonly text: string; readonly number: number } | null = null;
  return {
    take({ text, source, number, afterBlank }): boolean {
      const near = before !== null && before.number >= number - 3 ? before.text : null;
      const address = parseAddressStatement(text, near, source);
      if (address) draft.state(address);
      const section = /^#{1,6} +(.{1,200}?)[\s#]*$/.exec(text);
      if (section) groups.heading(section[1] ?? '', number, 'section');
      else if (afterBlank && text.length <= 200 && /[:：]$/.test(text)) {
        groups.heading(text.replace(/[:：\s]+$/, ''), number, 'label');
      }
      counters.heading(text);
      before = text.length <= 200 ? { text, number } : null;
      return address !== null;
    },
  };
}
