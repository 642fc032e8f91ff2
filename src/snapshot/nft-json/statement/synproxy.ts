import { isObject, numberOf } from '../../json-value.ts';
import type { StatementReader } from './statement-reader.ts';
import { flagsOf } from './stolen.ts';

/** `{"mss": 1460, "wscale": 7, "flags": ["timestamp"]}`, or the name of an object. */
export const readSynproxy: StatementReader = (operand) => {
  if (typeof operand === 'string') return synproxy(`synproxy name "${operand}"`);
  const proxy = isObject(operand) ? operand : {};
  // nft lists a scale of 0 that its JSON leaves out.
  const mss = numberOf(proxy, 'mss');
  const wscale = numberOf(proxy, 'wscale') ?? (mss === null ? null : 0);
  const values = [
    ...(mss === null ? [] : [`mss ${mss}`]),
    ...(wscale === null ? [] : [`wscale ${wscale}`]),
  ];
  return synproxy(['synproxy', ...values, ...flagsOf(proxy)].join(' '));
};

function synproxy(text: string) {
  return { node: { kind: 'synproxy', text } as const, text };
}
