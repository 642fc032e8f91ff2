import type { Command, Experiment, ExperimentStep, Hypothesis } from '../../diagnosis/diagnosis.ts';
import { netnsKey } from '../../packet/place.ts';
import type { Assumption } from '../../trace/trace.ts';
import type { Canvas } from '../text/style.ts';
import { paragraph } from './paragraph.ts';

/** What to look at next, the cheapest first, with what each explanation predicts. */
export function experimentLines(
  { steps }: Experiment,
  hypotheses: readonly Hypothesis[],
  canvas: Canvas,
): readonly string[] {
  return steps.flatMap((step, index) => [
    ...commandLines(step.commands, canvas, `${String(index + 1).padStart(3)}. `),
    ...paragraph(predictionWords(step, hypotheses), canvas, '       => '),
  ]);
}

/** `h1: grows; h2, h3: unchanged`; hypotheses of one prediction stand together. */
function predictionWords(
  { id, predictions }: ExperimentStep,
  hypotheses: readonly Hypothesis[],
): string {
  const assumption = hypotheses
    .flatMap(({ assumptions }) => assumptions)
    .find(({ questionId }) => id === `fact:${questionId}`);
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
    .map(([expect, ids]) => {
      const what = assumption ? factWords(assumption) : expect.replaceAll(' ', ' and ');
      return `${ids.join(', ')}: ${what}`;
    })
    .join('; ');
}

/** What the command shows when the assumption holds. */
function factWords({ topic, subject, value }: Assumption): string {
  switch (topic) {
    case 'sysctl':
      return `${subject} or its \`all\` is ${value} (the larger one counts)`;
    case 'route':
      return value === 'none' ? `no route to ${subject}` : `${subject} goes by ${value}`;
    case 'conntrack-entry':
      return `no entry for ${subject} while the client waits`;
    case 'ruleset':
      return `what ${value}s (${subject}): a rule whose counter grows`;
    default:
      return `${subject}: ${value}`;
  }
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
