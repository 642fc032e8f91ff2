import type { Diagnosis, Location } from '../../diagnosis/diagnosis.ts';
import { netnsKey } from '../../packet/place.ts';
import { flowWords } from '../trace/answer.ts';
import { flowJson } from '../trace/to-json.ts';

/** The form that golden files hold: what must not change by accident, without sentences. */
export function minimalDiagnosis(diagnosis: Diagnosis): string {
  const { verdict, symptom, proven, hypotheses, ruledOut, findings, experiment, fixes } = diagnosis;
  const lines = [
    `${flowWords(flowJson(diagnosis.flow))}: ${verdict}, ${symptom.value} by ${symptom.from}${proven ? ', proven' : ''}`,
  ];
  for (const { id, causeId, location, dropReason, assumptions } of hypotheses) {
    const rests = assumptions.map(({ questionId, value }) => ` ${questionId}=${value}`).join('');
    lines.push(`${id} ${causeId} ${placeText(location)} ${dropReason ?? '-'}${rests}`);
  }
  for (const { causeId, location, because } of ruledOut) {
    const reasons = [...new Set(because.map(({ shows }) => shows))].join(' ');
    lines.push(`not ${causeId} ${placeText(location)}: ${reasons}`);
  }
  for (const { code, proves } of findings) lines.push(`${proves} ${code}`);
  for (const { id, predictions } of experiment?.steps ?? []) {
    lines.push(`look ${id}: ${predictions.map(({ expect }) => expect).join(' | ')}`);
  }
  for (const { fixId, cures, curesTogether } of fixes) {
    lines.push(`fix ${fixId} cures ${cures.join(' ')}${curesTogether ? ' together' : ''}`);
  }
  for (const { construct, where } of diagnosis.unsupported) {
    lines.push(`unsupported ${construct} on ${where}`);
  }
  return `${lines.join('\n')}\n`;
}

function placeText({ where, device, hook, rule, segment }: Location): string {
  const parts = [where && netnsKey(where), segment, device, hook, rule];
  return parts.filter((part) => part !== null).join(' ') || '-';
}
