import type { CtKey } from '../../../kernel/netfilter/nft/expression/ct.ts';
import type { Expression } from '../../../kernel/netfilter/nft/expression/expression.ts';
import {
  type MangleKey,
  PAYLOAD_TARGETS,
  type PayloadTarget,
} from '../../../kernel/netfilter/nft/statement/mangle.ts';
import type { CtDirection } from '../../../linux/ct-state.ts';
import { isObject, textOf } from '../../json-value.ts';
import { CT_EVENT, type DataType, INTEGER } from '../data-type.ts';
import { readExpression } from '../read-expression.ts';
import type { StatementReader } from './statement-reader.ts';

/** `{"key": expression, "value": expression}`. */
export const readMangle: StatementReader = (operand, scope) => {
  if (!isObject(operand)) return null;
  const settable = settableOf(operand.key);
  const field = settable ?? readExpression(operand.key, [], scope);
  const key = 'node' in field ? keyOf(field.node) : field.key;
  if (!key) return null;
  const value = readExpression(operand.value, field.types, scope);
  return {
    node: { kind: 'mangle', key, value: value.node },
    text: `${field.text} set ${value.text}`,
  };
};

/** What can only be set. */
function settableOf(json: unknown) {
  const [kind, operand] = isObject(json) ? (Object.entries(json)[0] ?? []) : [];
  const key = isObject(operand) ? textOf(operand, 'key') : null;
  return SETTABLE.find(({ text }) => text === `${kind} ${key}`) ?? null;
}

const SETTABLE: readonly {
  readonly text: string;
  readonly types: readonly DataType[];
  readonly key: MangleKey;
}[] = [
  {
    text: 'meta nftrace',
    types: [INTEGER],
    key: { kind: 'no-effect', name: 'meta nftrace', usesConntrack: false },
  },
  {
    text: 'meta broute',
    types: [INTEGER],
    key: { kind: 'unmodelled', name: 'meta broute', protocol: null },
  },
  {
    text: 'ct event',
    types: [CT_EVENT],
    key: { kind: 'no-effect', name: 'ct event', usesConntrack: true },
  },
];

/** null for what rules cannot change. */
function keyOf(field: Expression): MangleKey | null {
  switch (field.kind) {
    case 'meta':
      return metaKey(field.key);
    case 'ct':
      return ctKey(field.key, field.direction);
    case 'tcp-option':
      return field.option === 'maxseg' && field.field === 'size'
        ? { kind: 'tcp-mss' }
        : unmodelled(`tcp option ${field.option}`, 'tcp');
    case 'payload': {
      const { protocol, field: name } = field;
      if (CHANGEABLE.has(protocol) && isTarget(name, protocol)) {
        return { kind: 'payload', protocol, field: name };
      }
      return HARMLESS.has(`${protocol} ${name}`)
        ? { kind: 'no-effect', name: `${protocol} ${name}`, usesConntrack: false }
        : unmodelled(`${protocol} ${name}`, protocol);
    }
    case 'raw-payload':
      return unmodelled(`@${field.base},${field.offset},${field.length}`, null);
    case 'exthdr':
      return unmodelled(`${field.name} ${field.field ?? ''}`.trim(), null);
    default:
      return null;
  }
}

function metaKey(key: string): MangleKey | null {
  if (key === 'mark') return { kind: 'meta-mark' };
  if (key === 'pkttype') return unmodelled('meta pkttype', null);
  return key === 'priority' || key === 'secmark'
    ? { kind: 'no-effect', name: `meta ${key}`, usesConntrack: false }
    : null;
}

function ctKey(key: CtKey, direction: CtDirection | null): MangleKey | null {
  switch (key) {
    case 'mark':
      return { kind: 'ct-mark' };
    case 'zone':
      return { kind: 'ct-zone', direction: direction ?? 'both' };
    case 'label':
      return { kind: 'ct-label' };
    case 'secmark':
      return { kind: 'no-effect', name: `ct ${key}`, usesConntrack: true };
    default:
      return null;
  }
}

function unmodelled(name: string, protocol: string | null): MangleKey {
  return { kind: 'unmodelled', name, protocol };
}

/** Headers that packets of the model have. */
const CHANGEABLE: ReadonlySet<string> = new Set([
  'ip',
  'ip6',
  'tcp',
  'udp',
  'sctp',
  'th',
  'icmp',
  'icmpv6',
]);

/** Fields that no rule, no route and no receiver decides by. */
const HARMLESS: ReadonlySet<string> = new Set(['ip id', 'ip6 flowlabel']);

function isTarget(field: string, protocol: string): field is PayloadTarget {
  if (field === 'flags') return protocol === 'tcp';
  if (field === 'type' || field === 'code') return protocol.startsWith('icmp');
  return PAYLOAD_TARGETS.some((target) => target === field);
}
