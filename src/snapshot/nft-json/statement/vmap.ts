import { isObject } from '../../json-value.ts';
import { readLookup } from '../read-expression.ts';
import type { StatementReader } from './statement-reader.ts';

/** `{"key": ..., "data": "@map" | {"set": [[key, verdict]...]}}`. */
export const readVmap: StatementReader = (operand, scope) => {
  if (!isObject(operand)) return null;
  const lookup = readLookup(operand.key, operand.data, 'verdict', scope);
  return (
    lookup && {
      node: { kind: 'vmap', key: lookup.key.node, map: lookup.set },
      text: `${lookup.key.text} vmap ${lookup.text}`,
    }
  );
};
