import { differenceLine, questionLine } from '../agreement/difference-line.ts';
import { sideBySideLines } from '../agreement/side-by-side-lines.ts';
import type { Canvas } from '../text/style.ts';
import { padTo } from '../text/width.ts';
import { flowWords, outcomeWords } from '../trace/answer.ts';
import { percent } from '../trace/words.ts';
import { missingLines } from './missing-lines.ts';
import type { ReplayView } from './replay-view.ts';
import { standInLines } from './stand-in-lines.ts';
import { dropWords, resultWords } from './words.ts';

/** A replay as text: the answer, kernel and model beside each other, and what was not rebuilt. */
export function renderReplay(view: ReplayView, { style }: Canvas): string {
  const { agreement, kernel, model, captureFiles } = view;
  const lines = [
    style.strong(answerLine(view)),
    `${flowWords(model.flow)}; rebuilt on Linux ${kernel.release}`,
    ...section('kernel', kernelLines(view)),
    ...section(
      'model',
      model.outcomes.map((outcome) => `${percent(outcome.probability)}  ${outcomeWords(outcome)}`),
    ),
    ...section('they differ', agreement.differences.map(differenceLine)),
    ...section('the model leaves open', agreement.questions.map(questionLine)),
    ...section(
      'model beside kernel, hook by hook (! where they part)',
      sideBySideLines(agreement.sideBySide),
    ),
    ...section('captures', captureLines(view)),
    ...missingLines(view.notRebuilt),
    ...standInLines(view.standIns),
    ...section('captures written', captureFiles),
  ];
  return `${lines.join('\n')}\n`;
}

function section(title: string, entries: readonly string[]): readonly string[] {
  return entries.length === 0 ? [] : ['', title, ...entries.map((entry) => `  ${entry}`)];
}

/** The whole answer in one line. */
function answerLine(view: ReplayView): string {
  const { agreement, kernel, notRebuilt, model } = view;
  const [result] = kernel.results;
  if (!result) return `undetermined: the flow could not be sent: ${kernel.unsent ?? ''}`;
  const drop = dropWords(view);
  const others = kernel.results.length - 1;
  const answer = [
    resultWords(result) + (others > 0 ? `, or ${others} other result${others > 1 ? 's' : ''}` : ''),
    ...(result.client === 'connected' || drop === '' ? [] : [drop]),
  ].join('; ');
  const lacking = notRebuilt.filter(({ relevance }) => relevance.matters).length;
  const but =
    lacking === 0
      ? ''
      : `; ${lacking} thing${lacking > 1 ? 's' : ''} that may matter could not be rebuilt`;
  switch (agreement.verdict) {
    case 'agree':
      return `the kernel and the model agree: ${answer}${but}`;
    case 'disagree': {
      const [outcome] = model.outcomes;
      const other = outcome ? outcomeWords(outcome) : 'nothing';
      return `the kernel and the model disagree: the kernel says ${answer}; the model says ${other}${but}`;
    }
    case 'undetermined':
      return `undetermined: the kernel says ${answer}, and the model leaves open how it ends${but}`;
  }
}

function kernelLines(view: ReplayView): readonly string[] {
  const { results, first } = view.kernel;
  const tries = results.reduce((sum, { times }) => sum + times, 0);
  const drops = (first?.drops ?? []).map(({ reason, location, place, device }) => {
    const at = [place ?? 'place unknown', ...(device === null ? [] : [device])].join(' ');
    return `dropped at ${at}: ${reason} in ${location}()`;
  });
  const blind = (first?.blind ?? []).map((text) => `not watched: ${text}`);
  return [
    ...results.map(
      (result) => `${tries > 1 ? `${result.times} of ${tries}  ` : ''}${resultWords(result)}`,
    ),
    ...drops,
    ...blind,
  ];
}

/** Which devices saw packets of the flow, and how many. */
function captureLines({ kernel }: ReplayView): readonly string[] {
  const counts = new Map<string, number>();
  for (const { place, device, count, direction } of kernel.first?.captures ?? []) {
    const key = `${place} ${device} ${direction}`;
    counts.set(key, (counts.get(key) ?? 0) + count);
  }
  const wide = Math.max(...[...counts.keys()].map(({ length }) => length), 0);
  return [...counts].map(([where, count]) => {
    return `${padTo(where, wide)}  ${count} packet${count === 1 ? '' : 's'}`;
  });
}
