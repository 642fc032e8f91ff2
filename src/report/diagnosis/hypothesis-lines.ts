import type { Diagnosis, Hypothesis, RuledOut } from '../../diagnosis/diagnosis.ts';
import type { Level } from '../text/level.ts';
import type { Canvas } from '../text/style.ts';
import { percent } from '../trace/words.ts';
import { endWords } from './answer.ts';
import { assumptionWords } from './assumption-words.ts';
import { causeTitle, locationWords } from './cause-title.ts';
import { refsWords } from './evidence-ref-words.ts';
import { paragraph } from './paragraph.ts';
import { supportWords } from './support-words.ts';

/** Every explanation that is left, the likeliest first. */
export function hypothesisLines(
  { hypotheses, proven }: Diagnosis,
  level: Level,
  canvas: Canvas,
): readonly string[] {
  return hypotheses.flatMap((hypothesis) => {
    const { id, causeId, confidence, location } = hypothesis;
    const share = proven && hypotheses.length === 1 ? 'proven' : percent(confidence);
    const head = `${id}  ${share}  ${causeId}: ${causeTitle(causeId)}`;
    return [
      canvas.style.strong(head),
      ...paragraph(`${locationWords(location)}: ${endWords(hypothesis)}`, canvas, '      '),
      ...details(hypothesis, level).flatMap((text) => paragraph(text, canvas, '      ')),
    ];
  });
}

function details(hypothesis: Hypothesis, level: Level): readonly string[] {
  const { assumptions, evidence, contradictedBy } = hypothesis;
  return [
    ...(assumptions.length === 0 ? ['rests on facts alone'] : [assumptionWords(assumptions)]),
    ...(evidence.length === 0 ? [] : [`agrees with: ${refsWords(evidence)}`]),
    ...(contradictedBy.length === 0 ? [] : [`speaks against it: ${refsWords(contradictedBy)}`]),
    ...(level === 'detailed' ? supportWords(hypothesis) : []),
  ];
}

/** Explanations that were tried and refuted, with what refutes each. */
export function ruledOutLines(ruledOut: readonly RuledOut[], canvas: Canvas): readonly string[] {
  return ruledOut.flatMap(({ causeId, location, assumptions, because }) => {
    const where = locationWords(location);
    const what = assumptions.length > 0 ? ` (${assumptionWords(assumptions)})` : '';
    const text = `${causeTitle(causeId)}${where === '' ? '' : `, ${where}`}${what}: ${refsWords(because)}`;
    return paragraph(text, canvas, '  - ');
  });
}
