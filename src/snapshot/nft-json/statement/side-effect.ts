import type { SideEffect } from '../../../kernel/netfilter/nft/statement/side-effect.ts';
import { has, isObject, type JsonObject, textOf, textsOf } from '../../json-value.ts';
import { IFNAME, IPV4_ADDR, IPV6_ADDR } from '../data-type.ts';
import { readExpression } from '../read-expression.ts';
import { addressFamily } from '../table-scope.ts';
import type { StatementReader } from './statement-reader.ts';

/** A counter of the rule, or the name of one; its values are left out. */
export const readCounter: StatementReader = (operand) =>
  effect('counter', typeof operand === 'string' ? `counter name "${operand}"` : 'counter');

/** `last used ...`, without the time. */
export const readLast: StatementReader = () => effect('last', 'last');

/** `ct helper`, `ct timeout`, `ct expectation`: the name of an object. */
export const readCtObject =
  (kind: string): StatementReader =>
  (operand) =>
    typeof operand === 'string' ? effect('ct-object', `${kind} set "${operand}"`, true) : null;

export const readSecmark: StatementReader = (operand) =>
  typeof operand === 'string' ? effect('secmark', `meta secmark set "${operand}"`) : null;

/**
 * A copy of the packet goes elsewhere: `{"addr": "10.0.0.9", "dev": "eth1"}`; of family netdev `addr` is
 * a device.
 */
export const readDup: StatementReader = (operand, scope) => {
  if (!isObject(operand) || !has(operand, 'addr')) return null;
  const isDevice = scope.family === 'netdev';
  const addresses = isDevice ? IFNAME : addressFamily(scope) === 6 ? IPV6_ADDR : IPV4_ADDR;
  const to = readExpression(operand.addr, [addresses], scope);
  const device = has(operand, 'dev') ? readExpression(operand.dev, [IFNAME], scope) : null;
  if (to.node.kind === 'unsupported' || device?.node.kind === 'unsupported') return null;
  return effect('dup', `dup to ${to.text}${device === null ? '' : ` device ${device.text}`}`);
};

/** `{"prefix": ..., "group": ..., "level": ..., "flags": ...}`, each of them optional. */
export const readLog: StatementReader = (operand) => {
  const log = isObject(operand) ? operand : {};
  const prefix = textOf(log, 'prefix');
  const values = ['group', 'snaplen', 'queue-threshold', 'level'].flatMap((key) => {
    const value = textOf(log, key);
    return value === null ? [] : [`${key} ${value}`];
  });
  const text = [
    'log',
    ...(prefix === null ? [] : [`prefix "${prefix}"`]),
    ...values,
    ...logFlags(log),
  ].join(' ');
  return { node: { ...node('log', text, false), prefix }, text };
};

/** `tcp sequence` and `tcp options` are printed as `flags tcp sequence,options`. */
function logFlags(log: JsonObject): readonly string[] {
  const one = textOf(log, 'flags');
  const flags = one === null ? textsOf(log, 'flags') : [one];
  const tcp = flags.filter((flag) => flag.startsWith('tcp ')).map((flag) => flag.slice(4));
  const others = flags.filter((flag) => !flag.startsWith('tcp '));
  return [
    ...(tcp.length === 0 ? [] : [`flags tcp ${tcp.join(',')}`]),
    ...others.map((flag) => `flags ${flag}`),
  ];
}

function effect(name: SideEffect, text: string, usesConntrack = false) {
  return { node: node(name, text, usesConntrack), text };
}

function node(name: SideEffect, text: string, usesConntrack: boolean) {
  return { kind: 'side-effect', name, prefix: null, text, usesConntrack } as const;
}
