import { readVerdict } from '../read-verdict.ts';
import type { StatementReader } from './statement-reader.ts';

/** `accept`, `drop`, `continue`, `return`, `jump`, `goto`. */
export const readVerdictOf =
  (name: string): StatementReader =>
  (operand) => {
    const verdict = readVerdict({ [name]: operand });
    return verdict && { node: { kind: 'verdict', verdict: verdict.node }, text: verdict.text };
  };
