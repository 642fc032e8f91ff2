import { nearNames } from '../snapshot/near-names.ts';
import { usageFailure } from './failure.ts';
import type { FlowText } from './flow-text.ts';

const NAMES: readonly (keyof FlowText)[] = [
  'from',
  'to',
  'proto',
  'src',
  'iface',
  'in',
  'sport',
  'mark',
];

/**
 * Reads a flow written in one argument, `to=10.96.10.2:80 iface=flannel0`: the flow options'
 * names. What it leaves out is taken from `shared`; an empty value takes a shared one back.
 */
export function readFlowWords(text: string, shared: FlowText): FlowText {
  const flow: { -readonly [Name in keyof FlowText]: FlowText[Name] } = { ...shared };
  for (const word of text.trim().split(/\s+/)) {
    const [key = '', ...rest] = word.split('=');
    const name = NAMES.find((known) => known === key);
    if (name === undefined || rest.length === 0) {
      const near = nearNames(key, NAMES);
      throw usageFailure(
        `'${word}' is no part of a flow; ${near.length > 0 ? `near: ${near.join(', ')}` : `known: ${NAMES.join(', ')}`}`,
      );
    }
    const value = rest.join('=');
    flow[name] = value === '' ? undefined : value;
  }
  return flow;
}
