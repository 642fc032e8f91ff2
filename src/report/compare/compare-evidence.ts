import type {
  ComparedSighting,
  ComparedStep,
  JourneyComparison,
} from '../../evidence/compare/align.ts';
import {
  compareConversations,
  compareFlowClasses,
  type FlowComparison,
} from '../../evidence/compare/compare-flows.ts';
import type { StepPlace } from '../../evidence/compare/step-place.ts';
import type { Conversation, Evidence } from '../../evidence/evidence.ts';
import { addressWords, conversationWords, OUTCOMES, packetWords } from '../evidence/words.ts';
import { type ComparedRow, type Comparison, comparison } from './comparison.ts';

/**
 * Compares two observed conversations by what was seen of their first packet and of its first
 * answer. Conversations of two kinds stand for all attempts of their kind, because one attempt is
 * often logged and another one captured.
 */
export function compareEvidence(a: Conversation, b: Conversation, evidence: Evidence): Comparison {
  const flows: FlowComparison =
    a.flowClass === b.flowClass
      ? compareConversations(a, b, evidence.groups)
      : compareFlowClasses(a.flowClass, b.flowClass, evidence);
  const side = (conversation: Conversation) => ({
    title: conversationWords(conversation),
    result: OUTCOMES[conversation.outcome],
  });
  return comparison(side(a), side(b), [...rows(flows.request), ...rows(flows.reply)]);
}

function rows({ steps }: JourneyComparison): ComparedRow[] {
  const first = steps.map((step) => step.a ?? step.b).find((sighting) => sighting !== null);
  const packet = first ? packetWords(first.observation.packet) : '';
  const known = new Set<string>();
  return steps.map((step) => {
    const fresh = step.differences.filter((field) => {
      const key = JSON.stringify(field);
      if (known.has(key)) return false;
      known.add(key);
      return true;
    });
    return {
      packet,
      place: placeWords(step.place),
      step: stepWords(step.place),
      a: sightingWords(step.a),
      b: sightingWords(step.b),
      absent: absence(step),
      differs: step.absent !== null || fresh.length > 0,
      fields: fresh,
    };
  });
}

function absence({ absent }: ComparedStep): ComparedRow['absent'] {
  if (absent === null) return null;
  return absent.watched ? 'not-seen' : 'not-watched';
}

function placeWords({ node, netns, side }: StepPlace): string {
  if (node !== null) return netns === null ? node : `${node}/${netns}`;
  return side ?? '?';
}

function stepWords({ kind, hook, table, device, label, encapsulated }: StepPlace): string {
  const inner = encapsulated ? ' inside' : '';
  if (kind === 'capture') return `${device ?? 'capture'}${inner}`;
  return hook === null ? label.trim() : [hook, ...(table === null ? [] : [table])].join(' ');
}

function sightingWords(sighting: ComparedSighting | null): string | null {
  if (sighting === null) return null;
  const { vantage, packet } = sighting.observation;
  const devices = [
    ...(vantage.kind === 'log' && vantage.iif ? [`in ${vantage.iif}`] : []),
    ...(vantage.kind === 'log' && vantage.oif ? [`out ${vantage.oif}`] : []),
  ];
  return [addressWords(packet), ...devices].join(' ');
}
