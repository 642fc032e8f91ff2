import type { AssumptionJson } from './trace-json.ts';
import { placeName } from './words.ts';

const TOPICS: Readonly<Record<string, string>> = {
  'conntrack-entry': 'connection tracking entry',
  'conntrack-table': 'connection table',
  'endpoint-pod': 'pod',
  'hook-order': 'order of hook functions',
  'interface-address': 'interface address',
  'random-match': 'random choice',
  'routing-rule': 'routing rule',
};

/** What an outcome rests on and no file states; random choices come after what is unknown. */
export function assumptionLines(assumptions: readonly AssumptionJson[]): string[] {
  const unknown = assumptions.filter((assumption) => assumption.kind === 'unknown');
  const random = assumptions.filter((assumption) => assumption.kind === 'random');
  return [...unknown, ...random].map(assumptionLine);
}

/** One assumption in words. */
export function assumptionLine(assumption: AssumptionJson): string {
  const { node, netns, topic, subject, value, kind, isDefault } = assumption;
  const where = node === null ? '' : `${placeName({ node, netns })}: `;
  const usual = kind === 'random' ? ' (chosen at random)' : isDefault ? ' (the usual case)' : '';
  return `${where}${TOPICS[topic] ?? topic}: ${subject} = ${value}${usual}`;
}
