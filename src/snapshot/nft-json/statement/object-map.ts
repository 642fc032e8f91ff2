import type { MappedObject } from '../../../kernel/netfilter/nft/statement/object-map.ts';
import { isObject, objectOf } from '../../json-value.ts';
import { readLookup } from '../read-expression.ts';
import type { StatementReader } from './statement-reader.ts';

/**
 * A reader that takes also `{"map": {"key": ..., "data": ...}}` in the place of an object's name, before all
 * else goes to `other`. `words` stand before the key in nft's text.
 */
export const orMapped =
  (object: MappedObject, words: string, other: StatementReader): StatementReader =>
  (operand, scope) => {
    const map = isObject(operand) ? objectOf(operand, 'map') : null;
    if (!map) return other(operand, scope);
    const lookup = readLookup(map.key, map.data, 'object', scope);
    return (
      lookup && {
        node: { kind: 'object-map', object, key: lookup.key.node, map: lookup.set },
        text: `${words} ${lookup.key.text} map ${lookup.text}`,
      }
    );
  };
