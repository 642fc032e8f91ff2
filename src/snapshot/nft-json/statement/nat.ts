import type { NatStatement } from '../../../kernel/netfilter/nft/statement/nat.ts';
import { has, isObject, type JsonObject, textOf, textsOf } from '../../json-value.ts';
import { INET_SERVICE, IPV4_ADDR, IPV6_ADDR } from '../data-type.ts';
import { readExpression } from '../read-expression.ts';
import { addressFamily, type TableScope } from '../table-scope.ts';
import type { TypedExpression } from '../typed-expression.ts';
import type { StatementReader } from './statement-reader.ts';

/** `{"family": "ip", "addr": ..., "port": ..., "flags": ..., "type_flags": ...}` or nothing. */
export const readNat =
  (operation: NatStatement['operation']): StatementReader =>
  (operand, scope) => {
    const nat = isObject(operand) ? operand : {};
    const named = textOf(nat, 'family');
    if (named !== null && named !== 'ip' && named !== 'ip6') return null;
    const addresses =
      (named === null ? addressFamily(scope) : named === 'ip' ? 4 : 6) === 6
        ? IPV6_ADDR
        : IPV4_ADDR;
    const address = has(nat, 'addr')
      ? readExpression(nat.addr, [addresses, INET_SERVICE], scope)
      : null;
    const port = has(nat, 'port') ? readExpression(nat.port, [INET_SERVICE], scope) : null;
    if (isUnreadable(address) || isUnreadable(port)) return null;
    const flags = listOrOne(nat, 'flags');
    const prefix = flags.includes('netmap') || listOrOne(nat, 'type_flags').includes('prefix');
    return {
      node: {
        kind: 'nat',
        operation,
        family: named === null ? familyOf(scope) : named === 'ip' ? 4 : 6,
        address: address?.node ?? null,
        port: port?.node ?? null,
        flags,
        prefix,
      },
      text: [
        operation,
        ...(named === null ? [] : [named]),
        ...(prefix ? ['prefix'] : []),
        ...targetText(address, port),
        ...printedFlags(flags),
      ].join(' '),
    };
  };

/** A target that is not understood is not left out: the packet would go elsewhere. */
function isUnreadable(target: TypedExpression | null): boolean {
  return target?.node.kind === 'unsupported';
}

/** Without a family, an inet table's `masquerade` and `redirect` are for both. */
function familyOf(scope: TableScope): 4 | 6 | null {
  return scope.family === 'inet' ? null : addressFamily(scope);
}

function targetText(
  address: TypedExpression | null,
  port: TypedExpression | null,
): readonly string[] {
  if (!address && !port) return [];
  const text = address?.text ?? '';
  const bracketed = port && address?.node.kind === 'literal' && text.includes(':');
  return ['to', `${bracketed ? `[${text}]` : text}${port ? `:${port.text}` : ''}`];
}

/** `netmap` is what `prefix` means. */
function printedFlags(flags: readonly string[]): readonly string[] {
  const printed = flags.filter((flag) => flag !== 'netmap');
  return printed.length === 0 ? [] : [printed.join(',')];
}

function listOrOne(object: JsonObject, key: string): readonly string[] {
  const one = textOf(object, key);
  return one === null ? textsOf(object, key) : [one];
}
