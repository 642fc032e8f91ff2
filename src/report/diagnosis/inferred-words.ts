import type { InferredFact } from '../../diagnosis/diagnosis.ts';
import { placesWords } from './evidence-ref-words.ts';

type Values = InferredFact['values'];

/** A sentence for every code of an inferred fact. */
export const INFERRED_WORDS: Readonly<Record<string, (values: Values) => string>> = {
  translation: (v) => `${v.service} is translated to ${v.endpoint}`,
  'translation-given': (v) => `${v.service} is translated to ${v.endpoint} (asked so)`,
  'output-route': (v) =>
    `${v.node} routes ${v.destination} by ${v.device}, with the source ${v.source}`,
  reroute: (v) => `${v.node} routes ${v.destination} by ${v.device}, after ${v.before}`,
  'device-address': (v) =>
    `${v.device} of ${v.node} has ${v.address}${v.prefixLength === undefined ? '' : `/${v.prefixLength}`}`,
  'device-mtu': (v) => `${v.device} of ${v.node} has MTU ${v.mtu}: it offers MSS ${v.mss}`,
  'overlay-network': (v) =>
    `the overlay is ${v.network}: assumed, as the smallest usual network that holds both ends`,
  'tables-were-flushed': (v) => `${v.node} had no other rules: the tables ${v.tables} were flushed`,
  'kube-proxy-runs': (v) => `kube-proxy runs on ${v.node}, so that its mark is masqueraded`,
  'stand-in-address': (v) =>
    `${v.address} stands for the ${String(v.role).replaceAll('-', ' ')} of ${v.node}, which no line gives`,
  'stand-in-device': (v) =>
    `${v.device} stands for the device by which ${v.node} reaches the endpoint, which no line names`,
  'stand-in-node': (v) =>
    `${v.node} stands for the ${v.role}'s node, which no line names; --facts can`,
  given: (v) => `${v.node} as the facts file says`,
};

/** An inferred fact with the lines that show it. */
export function inferredWords({ code, values, from }: InferredFact): string {
  const words = INFERRED_WORDS[code]?.(values) ?? `${code} ${JSON.stringify(values)}`;
  return from.length === 0 ? words : `${words} (${placesWords(from)})`;
}
