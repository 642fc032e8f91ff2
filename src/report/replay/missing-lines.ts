import { formatSource } from '../../packet/source-ref.ts';
import type { MissingView } from './replay-view.ts';
import { irrelevanceWords, placeWord, whyWords } from './words.ts';

/** Lines of one kind that are shown one by one; JSON has them all. */
const SHOWN = 5;

/** What was not rebuilt: what may matter one by one, the rest by why it cannot. */
export function missingLines(missing: readonly MissingView[]): readonly string[] {
  if (missing.length === 0) return ['', 'all of the snapshot was rebuilt, and read back equal'];
  const mattering = missing.filter(({ relevance }) => relevance.matters);
  const rest = new Map<string, MissingView[]>();
  for (const one of missing) {
    if (one.relevance.matters) continue;
    const because = irrelevanceWords(one.relevance.because);
    rest.set(because, [...(rest.get(because) ?? []), one]);
  }
  return [
    ...(mattering.length === 0
      ? ['', 'not rebuilt: nothing that can matter for this flow']
      : ['', 'not rebuilt, and may matter for this flow', ...mattering.map((one) => entry(one))]),
    ...[...rest].flatMap(([because, entries]) => [
      '',
      `not rebuilt, cannot matter for this flow: ${because}`,
      ...entries.slice(0, SHOWN).map((one) => entry(one)),
      ...(entries.length > SHOWN ? [`  and ${entries.length - SHOWN} more`] : []),
    ]),
  ];
}

function entry({ subject, source, why, ...place }: MissingView): string {
  const from = source ? `  [${formatSource(source)}]` : '';
  return `  ${placeWord(place)}: ${subject}: ${whyWords(why)}${from}`;
}
