import type { Expression } from '../../../kernel/netfilter/nft/expression/expression.ts';
import {
  type MangleKey,
  PAYLOAD_TARGETS,
  type PayloadTarget,
} from '../../../kernel/netfilter/nft/statement/mangle.ts';
import { isObject, objectOf, textOf } from '../../json-value.ts';
import { INTEGER } from '../data-type.ts';
import { readExpression } from '../read-expression.ts';
import type { StatementReader } from './statement-reader.ts';

/** `{"key": expression, "value": expression}`. */
export const readMangle: StatementReader = (operand, scope) => {
  if (!isObject(operand)) return null;
  const field = isNftrace(operand.key) ? NFTRACE : readExpression(operand.key, [], scope);
  const key = 'node' in field ? keyOf(field.node) : NFTRACE_KEY;
  if (!key) return null;
  const value = readExpression(operand.value, field.types, scope);
  return {
    node: { kind: 'mangle', key, value: value.node },
    text: `${field.text} set ${value.text}`,
  };
};

/** `meta nftrace` can only be set. */
function isNftrace(json: unknown): boolean {
  const meta = isObject(json) ? objectOf(json, 'meta') : null;
  return meta !== null && textOf(meta, 'key') === 'nftrace';
}

const NFTRACE = { text: 'meta nftrace', types: [INTEGER] };
const NFTRACE_KEY: MangleKey = { kind: 'no-effect', name: 'meta nftrace', usesConntrack: false };

/** null for what the model does not know how to change, `ct zone` among it. */
function keyOf(field: Expression): MangleKey | null {
  switch (field.kind) {
    case 'meta':
      if (field.key === 'mark') return { kind: 'meta-mark' };
      return field.key === 'priority'
        ? { kind: 'no-effect', name: 'meta priority', usesConntrack: false }
        : null;
    case 'ct':
      if (field.key === 'mark') return { kind: 'ct-mark' };
      return field.key === 'label' || field.key === 'secmark'
        ? { kind: 'no-effect', name: `ct ${field.key}`, usesConntrack: true }
        : null;
    case 'tcp-option':
      return field.option === 'maxseg' && field.field === 'size' ? { kind: 'tcp-mss' } : null;
    case 'payload':
      return CHANGEABLE.has(field.protocol) && isTarget(field.field)
        ? { kind: 'payload', protocol: field.protocol, field: field.field }
        : null;
    default:
      return null;
  }
}

/** Headers that packets of the model have. */
const CHANGEABLE: ReadonlySet<string> = new Set(['ip', 'ip6', 'tcp', 'udp', 'sctp', 'th']);

function isTarget(field: string): field is PayloadTarget {
  return PAYLOAD_TARGETS.some((target) => target === field);
}
