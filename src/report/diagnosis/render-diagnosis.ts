import type { Diagnosis, Finding } from '../../diagnosis/diagnosis.ts';
import type { Evidence } from '../../evidence/evidence.ts';
import type { Level } from '../text/level.ts';
import type { Canvas } from '../text/style.ts';
import { flowJson } from '../trace/to-json.ts';
import { answerOf } from './answer.ts';
import { comparisonTable, firstDifference } from './comparison-table.ts';
import { placesWords } from './evidence-ref-words.ts';
import { experimentLines } from './experiment-lines.ts';
import { findingWords, sourceInShort } from './finding-words.ts';
import { fixLines, fixTitle } from './fix-lines.ts';
import { hypothesisLines, ruledOutLines } from './hypothesis-lines.ts';
import { inferredWords } from './inferred-words.ts';
import { minimalDiagnosis } from './minimal.ts';
import { paragraph } from './paragraph.ts';
import { totalsWords } from './totals.ts';

/** A diagnosis as text; the first line is the whole answer. Ends with a line break. */
export function renderDiagnosis(
  diagnosis: Diagnosis,
  evidence: Evidence | null,
  level: Level,
  canvas: Canvas,
): string {
  if (level === 'minimal') return minimalDiagnosis(diagnosis);
  const { style } = canvas;
  const tone = diagnosis.verdict === 'reachable' ? style.good : style.bad;
  const lines = [tone(answerOf(diagnosis)), ...shortLines(diagnosis, canvas)];
  if (evidence) lines.push(...paragraph(totalsWords(evidence), canvas, 'Read: '));
  const add = (title: string, body: readonly string[]): void => {
    if (body.length > 0) lines.push('', style.strong(title), ...body);
  };
  const { comparison } = diagnosis;
  if (comparison) {
    add('Side by side', [
      ...comparisonTable(comparison, level, canvas),
      ...paragraph(firstDifference(comparison) ?? 'nowhere', canvas, 'They first differ at '),
      ...causeOfDifference(diagnosis, canvas),
    ]);
  }
  add('Established', findingLines(diagnosis, 'proves', canvas));
  add('Not proven, though it looks so', findingLines(diagnosis, 'does-not-prove', canvas));
  add('To know', [
    ...findingLines(diagnosis, 'warning', canvas),
    ...findingLines(diagnosis, 'note', canvas),
  ]);
  const title = diagnosis.proven ? 'The explanation' : 'Explanations left, the likeliest first';
  add(title, hypothesisLines(diagnosis, level, canvas));
  add('Ruled out', ruledOutLines(diagnosis.ruledOut, canvas));
  if (diagnosis.experiment) {
    add('Look next, the cheapest first', [
      ...experimentLines(diagnosis.experiment, diagnosis.hypotheses, canvas),
      ...paragraph(logRulesWords(diagnosis), canvas, '  or: '),
    ]);
  }
  add('Fixes', fixLines(diagnosis, canvas));
  add(
    'Inferred, not stated',
    diagnosis.inferred.flatMap((fact) => paragraph(inferredWords(fact), canvas, '  ')),
  );
  add(
    'Not modelled',
    diagnosis.unsupported.map(({ construct, where }) => `  ${construct} on ${where}`),
  );
  return `${lines.join('\n')}\n`;
}

/** For people who may run nothing else on the node than what prints to its log. */
function logRulesWords({ flow }: Diagnosis): string {
  const { to, proto } = flowJson(flow);
  const options = `--to ${to}${proto === 'tcp' ? '' : ` --proto ${proto}`}`;
  return `hookline logrules ${options} prints LOG rules, with their undo, that show at which hook it ends`;
}

/** Below the answer: the mechanism, the next look and the first fix, one line each. */
function shortLines(diagnosis: Diagnosis, canvas: Canvas): readonly string[] {
  const lines: string[] = [];
  const why = mechanismOf(diagnosis);
  const service = diagnosis.findings.find(({ code }) => code.startsWith('service-'));
  if (service) lines.push(...paragraph(findingWords(service), canvas, 'Why:  '));
  if (why) lines.push(...paragraph(sourceInShort(why.values), canvas, 'Why:  '));
  const looks = diagnosis.experiment?.steps.filter(({ cost }) => cost <= 1).slice(0, 2) ?? [];
  const commands = looks.flatMap(({ commands }) => commands.slice(0, 1));
  if (commands.length > 0) {
    const texts = new Set(commands.map(({ node, text: words }) => `${words} on ${node}`));
    const text = [...texts].join('; ');
    lines.push(...paragraph(`${text} (below)`, canvas, 'Next: '));
  }
  const [fix] = diagnosis.fixes;
  if (fix) {
    const text = `${fixTitle(fix.fixId)}: ${fix.commands.map(({ node, text: words }) => `${words} on ${node}`).join('; ')}`;
    lines.push(...paragraph(text, canvas, 'Fix:  '));
  }
  return lines;
}

function causeOfDifference(diagnosis: Diagnosis, canvas: Canvas): readonly string[] {
  const why = mechanismOf(diagnosis);
  return why ? paragraph(withPlaces(why), canvas, 'Why it matters: ') : [];
}

/** Why the source matters, which is told beside the comparison where there is one. */
function mechanismOf({ findings }: Diagnosis): Finding | null {
  return findings.find(({ code }) => code === 'source-chosen-before-translation') ?? null;
}

function withPlaces(finding: Finding): string {
  const lines = finding.evidence.map(({ source }) => source);
  return findingWords(finding) + (lines.length === 0 ? '' : ` (${placesWords(lines)})`);
}

function findingLines(
  diagnosis: Diagnosis,
  proves: Finding['proves'],
  canvas: Canvas,
): readonly string[] {
  const told = diagnosis.comparison ? mechanismOf(diagnosis) : null;
  return diagnosis.findings
    .filter((finding) => finding.proves === proves && finding !== told)
    .flatMap((finding) => paragraph(withPlaces(finding), canvas, '  - '));
}
