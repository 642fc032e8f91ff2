import type { Canvas } from '../text/style.ts';
import { padTo, wrap } from '../text/width.ts';
import type { Explanation } from './explanation.ts';

const LABEL = 10;

/** Explanations as text, one after the other. */
export function renderExplanations(entries: readonly Explanation[], canvas: Canvas): string {
  return entries.map((entry) => renderOne(entry, canvas)).join('\n');
}

function renderOne(entry: Explanation, canvas: Canvas): string {
  const row = (label: string, text: string): string[] =>
    wrap(text, canvas.width - LABEL - 2, '').map(
      (line, index) => `  ${padTo(index === 0 ? label : '', LABEL)}${line}`,
    );
  return `${[
    `${canvas.style.strong(entry.term)} (${entry.kind}): ${entry.short}`,
    ...row('meaning', entry.meaning),
    ...row('where', entry.where),
    ...row('seen', entry.seen),
    ...row('usually', entry.usual),
    ...entry.check.flatMap((check, index) => row(index === 0 ? 'check' : '', check)),
  ].join('\n')}\n`;
}
