import type { Diagnosis, Hypothesis } from '../../diagnosis/diagnosis.ts';
import { answerLine, flowWords, outcomeWords } from '../trace/answer.ts';
import { decidingPacket, endDevice, packetEnd } from '../trace/packet-end.ts';
import { flowJson, outcomeJson, traceJson } from '../trace/to-json.ts';
import { packetName, percent } from '../trace/words.ts';
import { assumptionWords } from './assumption-words.ts';
import { causeTitle, locationWords } from './cause-title.ts';

/** More likeliest explanations are counted, not named. */
const MOST_NAMED = 2;

/** The first line: what happens to the flow, why, and how sure that is. */
export function answerOf(diagnosis: Diagnosis): string {
  const { hypotheses, proven, verdict, symptom } = diagnosis;
  const head = `${flowWords(flowJson(diagnosis.flow))}: `;
  const [first, ...others] = hypotheses;
  if (!first) return withoutHypothesis(diagnosis, head);
  if (proven) {
    const also = others.length > 0 ? `; and in ${others.length} more ways` : '';
    return `${head}${symptom.value}, proven: ${causeTitle(first.causeId)}; ${endWords(first)}${also}`;
  }
  if (verdict === 'undetermined' && symptom.from === 'model') {
    const facts = hypotheses.map(({ assumptions }) => assumptionWords(assumptions)).join(', or ');
    const unseen = diagnosis.traces[0]?.outcomes.find(({ client }) => client === 'unknown');
    const packet = unseen && decidingPacket(outcomeJson(unseen));
    const lost = packet ? `${packetEnd(packet)}; ` : '';
    const state = symptom.value === 'works' ? 'it works by default, and' : 'it';
    return `${head}undetermined; ${lost}${state} fails ${facts}, which is not known`;
  }
  const state = verdict === 'undetermined' ? 'undetermined' : symptom.value;
  if (others.length === 0) {
    return `${head}${state}; one explanation fits: ${causeTitle(first.causeId)}; ${endWords(first)}`;
  }
  const equal = hypotheses.filter(({ confidence }) => confidence === first.confidence);
  const named = equal.slice(0, MOST_NAMED).map((one) => shortWords(one));
  if (equal.length > named.length) named.push(`${equal.length - named.length} more`);
  const share = equal.length > 1 ? `${percent(first.confidence)} each` : percent(first.confidence);
  return `${head}${state}, not proven; ${hypotheses.length} explanations fit, likeliest: ${named.join(' or ')} (${share})`;
}

function withoutHypothesis({ symptom, traces }: Diagnosis, head: string): string {
  const trace = traces[0];
  if (trace && symptom.from === 'model') return answerLine(traceJson(trace));
  const best = trace?.outcomes[0];
  const model = best ? outcomeWords(outcomeJson(best)) : 'no branch could be followed';
  return symptom.value === 'works'
    ? `${head}works; ${model}`
    : `${head}${symptom.value}, not explained: the model says ${model}`;
}

/** What ends the packet in a hypothesis. */
export function endWords(hypothesis: Hypothesis): string {
  const outcome = outcomeJson(hypothesis.outcome);
  const packet = decidingPacket(outcome);
  const { segment } = hypothesis.location;
  if (packet && segment !== null) {
    const left =
      packet.node === null ? '' : `, after it left ${packet.node} by ${endDevice(packet) ?? '?'}`;
    return `the ${packetName(packet)} is lost between the nodes${left}`;
  }
  return packet ? packetEnd(packet) : outcomeWords(outcome);
}

/** `strict rp_filter ... on n2, device flannel0`. */
function shortWords({ causeId, location, dropReason }: Hypothesis): string {
  const place = locationWords({ ...location, rule: null });
  return `${dropReason === null || dropReason === 'NOT_SPECIFIED' ? causeId : dropReason}${place === '' ? '' : ` ${place}`}`;
}
