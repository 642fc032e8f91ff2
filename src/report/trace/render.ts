import type { Level } from '../text/level.ts';
import type { Canvas } from '../text/style.ts';
import { displayWidth, padTo, wrap } from '../text/width.ts';
import { answerLine, outcomeWords } from './answer.ts';
import { assumptionLines } from './assumption-lines.ts';
import { asymmetryLine } from './asymmetry.ts';
import { minimalTrace } from './minimal.ts';
import { headerWords, type StepLine, stepLine } from './step-line.ts';
import type { OutcomeJson, PacketJson, StepJson, TraceJson } from './trace-json.ts';
import { packetName, percent, placeName } from './words.ts';

/** A trace as text; ends with a line break. */
export function renderTrace(trace: TraceJson, level: Level, canvas: Canvas): string {
  if (level === 'minimal') return minimalTrace(trace);
  const { style } = canvas;
  const answer = answerLine(trace);
  const tone = trace.verdict === 'reachable' ? style.good : style.bad;
  const lines = [tone(answer)];
  const several = trace.outcomes.length > 1;
  trace.outcomes.forEach((outcome, index) => {
    lines.push('');
    if (several) {
      lines.push(
        style.strong(`${index + 1}. ${percent(outcome.probability)}: ${outcomeWords(outcome)}`),
      );
    }
    lines.push(...outcomeLines(outcome, trace, level, canvas));
  });
  for (const { construct, source, ...at } of trace.unsupported) {
    const where =
      source === null ? placeName(at) : `${placeName(at)}, ${source.file}:${source.line}`;
    lines.push('', style.bad(`Not modelled: ${construct} (${where})`));
  }
  if (trace.truncated) lines.push('', 'There are more branches than were followed.');
  return `${lines.join('\n')}\n`;
}

function outcomeLines(
  outcome: OutcomeJson,
  trace: TraceJson,
  level: Level,
  canvas: Canvas,
): string[] {
  const lines: string[] = [];
  for (const packet of outcome.packets) {
    if (lines.length > 0) lines.push('');
    lines.push(...packetLines(packet, level, canvas));
  }
  const asymmetry = asymmetryLine(outcome, trace.flow);
  if (asymmetry !== null) lines.push('', asymmetry);
  const assumed = assumptionLines(outcome.assumptions);
  if (assumed.length > 0) lines.push('', 'Assumed:', ...assumed.map((line) => `  ${line}`));
  return lines;
}

const LABEL_WIDTH = 20;

function packetLines(packet: PacketJson, level: Level, canvas: Canvas): string[] {
  const { style } = canvas;
  const lines = [style.strong(`${packetName(packet)}, ${packet.direction}: ${packet.disposition}`)];
  let at = '';
  let rules: StepJson[] = [];
  for (const step of packet.steps) {
    const here = placeName(step);
    if (here !== at) {
      lines.push(`  ${padTo(here, LABEL_WIDTH)} ${style.faint(headerWords(step))}`);
      at = here;
    }
    if (level === 'summary' && step.rule !== null) {
      rules.push(step);
      continue;
    }
    const line = stepLine(step, packet);
    if (level === 'detailed') lines.push(...printed(line, canvas, sourceWords(step)));
    else lines.push(...summaryLines(step, line, rules, canvas));
    rules = [];
  }
  return lines;
}

/** In the summary a table is told when it changed or stopped the packet, with its chains. */
function summaryLines(
  step: StepJson,
  line: StepLine,
  rules: readonly StepJson[],
  canvas: Canvas,
): string[] {
  if (step.table === null) return line.decisive ? printed(line, canvas, '') : [];
  const changed = [...rules.flatMap((rule) => rule.changed), ...step.changed];
  if (!line.decisive && changed.length === 0 && step.verdict !== 'nat') return [];
  const chains = [...new Set([...rules.map((rule) => rule.chain ?? ''), ...jumps(rules)])];
  const last = rules.at(-1);
  const stopped = line.tone === 'bad' && last ? [`by ${last.rule ?? ''}`] : [];
  const text = [chains.length > 0 ? chains.join(' > ') : line.text, ...stopped].join(' ');
  const marks = changed.map(({ field, before, after }) => `${field} ${before} -> ${after}`);
  return printed({ ...line, text, changed: marks }, canvas, last ? sourceWords(last) : '');
}

function jumps(rules: readonly StepJson[]): string[] {
  const verdict = rules.at(-1)?.verdict ?? '';
  return /^(?:accept|drop|return|continue|jump|goto)\b/.test(verdict) ? [] : [verdict];
}

function sourceWords(step: StepJson): string {
  return step.source === null ? '' : `${step.source.file}:${step.source.line}`;
}

function printed(line: StepLine, canvas: Canvas, source: string): string[] {
  const { style } = canvas;
  const changed = line.changed.map((change) => ` [${change}]`).join('');
  const indent = ' '.repeat(4 + LABEL_WIDTH + 1);
  const label = padTo(line.label, LABEL_WIDTH);
  const width = canvas.width - displayWidth(indent);
  const body = wrap(`${line.text}${changed}`, width, '');
  const last = body.at(-1) ?? '';
  const beside = source !== '' && displayWidth(last) + 2 + displayWidth(source) <= width;
  const tone = line.tone === 'plain' ? (text: string) => text : style[line.tone];
  return [
    ...body.map((text, i) => {
      const end = beside && i === body.length - 1 ? `  ${style.faint(source)}` : '';
      return `${i === 0 ? `    ${label} ` : indent}${tone(text)}${end}`;
    }),
    ...(source !== '' && !beside ? [indent + style.faint(source)] : []),
  ];
}
