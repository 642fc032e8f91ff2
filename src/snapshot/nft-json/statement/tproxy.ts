import { has, isObject, textOf } from '../../json-value.ts';
import { INET_SERVICE, IPV4_ADDR, IPV6_ADDR } from '../data-type.ts';
import { readExpression } from '../read-expression.ts';
import { addressFamily } from '../table-scope.ts';
import type { StatementReader } from './statement-reader.ts';

/** `{"family": "ip", "addr": "127.0.0.1", "port": 8080}`. */
export const readTproxy: StatementReader = (operand, scope) => {
  if (!isObject(operand)) return null;
  const named = textOf(operand, 'family');
  const family = named === 'ip' ? 4 : named === 'ip6' ? 6 : null;
  const addresses = (family ?? addressFamily(scope)) === 6 ? IPV6_ADDR : IPV4_ADDR;
  const address = has(operand, 'addr') ? readExpression(operand.addr, [addresses], scope) : null;
  const port = has(operand, 'port') ? readExpression(operand.port, [INET_SERVICE], scope) : null;
  if (address?.node.kind === 'unsupported' || port?.node.kind === 'unsupported') return null;
  const host = address?.text ?? '';
  const bracketed = port && address?.node.kind === 'literal' && host.includes(':');
  const target = `${bracketed ? `[${host}]` : host}${port ? `:${port.text}` : ''}`;
  return {
    node: { kind: 'tproxy', family, address: address?.node ?? null, port: port?.node ?? null },
    text: `tproxy ${named === null ? '' : `${named} `}to ${target}`,
  };
};
