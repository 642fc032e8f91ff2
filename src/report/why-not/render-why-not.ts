import type { FieldCheck } from '../../kernel/netfilter/explain/field-check.ts';
import type { Canvas } from '../text/style.ts';
import { displayWidth, padTo, wrap } from '../text/width.ts';
import { flowWords } from '../trace/answer.ts';
import { percent } from '../trace/words.ts';
import type { CallerJson, WayJson, WhyNotJson } from './why-not-json.ts';
import { callerWords, meetingWords, packetWords, sourceWords, targetName } from './words.ts';

/** Rules that lead to a chain and are told: the nearest ones. */
const TOLD = 3;

/** The result as text; the first line is the answer. */
export function renderWhyNot(result: WhyNotJson, canvas: Canvas): string {
  const { style, width } = canvas;
  const { target, ways, verdict } = result;
  const [first] = ways;
  const tone = verdict === 'matched' ? style.good : style.bad;
  const lines = wrap(answer(result, first), width, '  ').map(tone);
  lines.push('', style.faint(`flow  ${flowWords(result.flow)}`));
  if (target.rule !== null) {
    lines.push(...wrap(`rule  ${target.rule}`, width, '      '));
    lines.push(style.faint(`      ${sourceWords(target.source)}`));
  }
  for (const way of ways) {
    if (ways.length > 1) {
      const head = `${percent(way.probability)}: it ${meetingWords(way, target)}`;
      lines.push('', ...wrap(head, width, '  ').map(style.strong));
      lines.push(...decidedLines(way).flatMap((line) => wrap(line, width, '    ')));
    }
    lines.push(...wayLines(way, canvas));
  }
  for (const { construct, source } of result.unsupported) {
    lines.push('', style.bad(`Not modelled: ${construct} (${sourceWords(source)})`));
  }
  if (result.truncated) lines.push('', 'There are more branches than were followed.');
  return `${lines.join('\n')}\n`;
}

function answer({ target, verdict, ways }: WhyNotJson, first: WayJson | undefined): string {
  const name = targetName(target);
  if (!first) return `${name}: undetermined; no branch could be followed`;
  if (ways.length === 1 || verdict === 'matched' || verdict === 'not-matched') {
    return `${name} ${meetingWords(first, target)}`;
  }
  const matched = ways
    .filter(({ meeting }) => meeting.kind === 'matched' || meeting.kind === 'entered')
    .reduce((sum, { probability }) => sum + probability, 0);
  const why = verdict === 'chance' ? 'chance decides' : 'undetermined, what is not known decides';
  const other = ways.find(
    ({ meeting }) => meeting.kind !== 'matched' && meeting.kind !== 'entered',
  );
  const rest = other ? `; else it ${meetingWords(other, target)}` : '';
  return `${name} is met in ${percent(matched)} of the ways: ${why}${rest}`;
}

function decidedLines({ decidedBy }: WayJson): string[] {
  return decidedBy.map(({ kind, subject, value }) =>
    kind === 'random'
      ? `  drawn ${value}: ${subject}`
      : `  not known, taken as ${value}: ${subject}`,
  );
}

function wayLines(way: WayJson, canvas: Canvas): string[] {
  const { meeting, others } = way;
  const lines = meeting.checks.length === 0 ? [] : ['', ...checkLines(meeting.checks, canvas)];
  for (const caller of meeting.callers.slice(0, TOLD)) {
    lines.push('', ...callerLines(caller, canvas));
  }
  const more = meeting.callers.length - TOLD;
  if (more > 0) lines.push('', `and ${more} more rules that lead there, of which none matched`);
  if (others.length > 0) {
    lines.push('', `It is met by ${others.map(packetWords).join(' and ')} of this exchange.`);
  }
  return lines;
}

function callerLines(caller: CallerJson, canvas: Canvas): string[] {
  const head = `${caller.chain} ${caller.number} leads to ${caller.called}; ${callerWords(caller)}`;
  return [
    ...wrap(head, canvas.width, '  '),
    ...wrap(`  ${caller.rule}`, canvas.width, '    '),
    canvas.style.faint(`  ${sourceWords(caller.source)}`),
    ...checkLines(caller.checks, canvas),
  ];
}

const MARKS = { yes: 'yes', no: 'NO', 'not-asked': '-' } as const;

/** What was asked and what the packet had, side by side. */
function checkLines(checks: readonly FieldCheck[], { style, width }: Canvas): string[] {
  const column = Math.min(Math.max(...checks.map(({ text }) => displayWidth(text)), 4), 48);
  return [
    style.faint(`  ${padTo('', 5)}${padTo('asked', column)}  packet`),
    ...checks.flatMap(({ text, had, result }) => {
      const tone = result === 'no' ? style.bad : result === 'yes' ? style.good : style.faint;
      const mark = tone(padTo(MARKS[result], 4));
      const value = had ?? (result === 'not-asked' ? '' : '?');
      if (displayWidth(text) <= column) return [`  ${mark} ${padTo(text, column)}  ${value}`];
      const [head = '', ...rest] = wrap(text, width - 7, '');
      return [
        `  ${mark} ${head}`,
        ...rest.map((line) => `       ${line}`),
        `       ${padTo('', column)}  ${value}`,
      ];
    }),
  ];
}
