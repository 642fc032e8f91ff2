import type { Command, Experiment, ExperimentStep } from '../../diagnosis/diagnosis.ts';
import { netnsKey } from '../../packet/place.ts';
import type { Canvas } from '../text/style.ts';
import { paragraph } from './paragraph.ts';

/** What to look at next, the cheapest first, with what each explanation predicts. */
export function experimentLines({ steps }: Experiment, canvas: Canvas): readonly string[] {
  return steps.flatMap((step, index) => [
    ...commandLines(step.commands, canvas, `${String(index + 1).padStart(3)}. `),
    ...paragraph(predictionWords(step), canvas, '       => '),
  ]);
}

/** `h1: grows; h2, h3: unchanged`; hypotheses of one prediction stand together. */
export function predictionWords({ predictions }: ExperimentStep): string {
  const groups = new Map<string, string[]>();
  for (const { hypothesis, expect } of predictions) {
    const list = groups.get(expect);
    if (list) list.push(hypothesis);
    else groups.set(expect, [hypothesis]);
  }
  const known = [...groups];
  // "not X" of all others says nothing that "X" of some does not say.
  const told = known.filter(([expect]) => !expect.startsWith('not '));
  return (told.length > 0 ? told : known)
    .map(([expect, ids]) => `${ids.join(', ')}: ${expect.replaceAll(' ', ' and ')}`)
    .join('; ');
}

/** Commands, each with the node it is run on. */
export function commandLines(
  commands: readonly Command[],
  canvas: Canvas,
  lead: string,
): readonly string[] {
  return commands.map((command, index) => {
    const start = index === 0 ? lead : ' '.repeat(lead.length);
    return `${start}${canvas.style.faint(`${netnsKey(command)}#`)} ${command.text}`;
  });
}
