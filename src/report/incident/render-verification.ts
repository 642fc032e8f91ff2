import type { Canvas } from '../text/style.ts';
import { padTo } from '../text/width.ts';
import type { Fault, FixTrial, Verification } from './verification.ts';
import { clientWords, mismatchWords } from './words.ts';

/** A line for each incident, and below it what does not hold; the first line is the answer. */
export function renderVerifications(list: readonly Verification[], { style }: Canvas): string {
  const wide = Math.max(...list.map(({ id }) => id.length), 0);
  const lines = [style.strong(answer(list)), ''];
  for (const one of list) {
    lines.push(`${padTo(one.id, wide)}  ${rowWords(one)}`);
    lines.push(...faultLines(one).map((line) => `    ${style.bad(line)}`));
  }
  return `${lines.join('\n')}\n`;
}

function answer(list: readonly Verification[]): string {
  const ran = list.filter(({ notHere }) => notHere === null);
  const hold = ran.filter(({ faults }) => faults.length === 0).length;
  const fixes = ran.flatMap((one) => one.fixes);
  const cured = fixes.filter(({ verified }) => verified.kernel === 'cures').length;
  const left = list.length - ran.length;
  const elsewhere = left === 0 ? '' : `; ${left} cannot run here`;
  return `${hold} of ${ran.length} incidents hold on Linux ${list[0]?.kernel ?? '?'}; ${cured} of ${fixes.length} fixes cured and were undone${elsewhere}`;
}

function rowWords(one: Verification): string {
  if (one.notHere !== null) return `cannot run here: ${one.notHere}`;
  const reproduced = one.mismatches.length === 0 ? 'reproduced' : 'NOT REPRODUCED';
  const [flow] = one.agreement;
  const model = flow === undefined ? '' : MODEL[flow.kind];
  const causes = one.diagnosis?.causes.join(', ') || 'nothing wrong';
  return [reproduced, model, causes, fixesWords(one.fixes)]
    .filter((part) => part !== '')
    .join('  ');
}

const MODEL = {
  agree: 'model agrees',
  open: 'model leaves it open',
  disagree: 'model foretells otherwise',
} as const;

function fixesWords(fixes: readonly FixTrial[]): string {
  if (fixes.length === 0) return '';
  const cured = fixes.filter(({ verified }) => verified.kernel === 'cures').length;
  const undone = fixes.filter(({ undo }) => undo.differs.length === 0).length;
  return `fixes ${cured}/${fixes.length} cure, ${undone}/${fixes.length} undone`;
}

const FAULTS: Readonly<Record<Fault, string>> = {
  'not-reproduced': 'the kernel does not do what the recipe says',
  'model-disagrees': 'model and kernel disagree',
  'cause-not-named': 'the diagnosis does not name the cause',
  'fix-not-proposed': 'a fix of the recipe is not proposed',
  'fix-fails': 'a fix does not cure on the kernel',
  'fix-breaks-control': 'a fix breaks what worked',
  'undo-incomplete': 'an undo does not restore the first state',
};

function faultLines({ faults, mismatches, agreement, fixes }: Verification): readonly string[] {
  if (faults.length === 0) return [];
  return [
    ...faults.map((fault) => FAULTS[fault]),
    ...mismatches.map((mismatch) => `  ${mismatchWords(mismatch)}`),
    ...agreement
      .filter(({ kind }) => kind === 'disagree')
      .flatMap(({ flow, details }) => details.map((detail) => `  ${flow}: ${detail}`)),
    ...fixes.flatMap(trialLines),
  ];
}

function trialLines(trial: FixTrial): readonly string[] {
  const { name, verified, flow, control, failed, undo } = trial;
  const result = (outcome: FixTrial['flow']): string =>
    outcome === null ? 'not sent' : clientWords(outcome, null);
  const differs = undo.differs.length > 0 ? `, left ${undo.differs.join(' ')}` : '';
  return [
    `  ${name}: ${verified.kernel}; flow ${result(flow)}, control ${result(control)}, after undo ${result(undo.flow)}${differs}`,
    ...failed.map((text) => `    ${text}`),
  ];
}
