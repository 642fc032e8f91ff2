import { builtinChain, HOOKS } from '../../linux/hook.ts';
import type { XtTableName } from '../../linux/priority.ts';
import { ports } from '../../packet/packet.ts';
import { hostPrefix } from '../../packet/prefix.ts';
import { changes } from '../change/network-change.ts';
import { endingOf } from '../ending.ts';
import { type Fix, sideEffect } from './fix.ts';
import { ownRule } from './iptables-rule.ts';

/**
 * Accepts the flow, both ways, before the rule or policy that drops it. The dropping rule stays:
 * it is somebody else's.
 */
export const OPEN_FILTER: Fix = {
  id: 'open-filter',
  propose: ({ explained, flow }) => {
    const ending = explained
      .map(({ hypothesis }) => endingOf(hypothesis.outcome))
      .find((candidate) => candidate?.dropReason === 'NETFILTER_DROP');
    const table = ending?.packet.steps.findLast(({ action }) => action.kind === 'table');
    if (table?.action.kind !== 'table') return null;
    const { action, where, skb } = table;
    const xtable = xtTable(action.table);
    const hook = HOOKS.find((candidate) => candidate === action.hook);
    if (action.verdict !== 'drop' || action.backend === 'native' || !xtable || !hook) return null;
    const { source, destination } = skb.packet;
    const { dport } = ports(skb.packet);
    const forth = ownRule(where, xtable, 'first', {
      chain: builtinChain(hook),
      source: { prefix: hostPrefix(source) },
      destination: { prefix: hostPrefix(destination) },
      protocol: flow.protocol,
      ...(dport === 0 ? {} : { dport }),
      target: { kind: 'accept' },
    });
    const back = ownRule(where, xtable, 'first', {
      chain: builtinChain(hook),
      source: { prefix: hostPrefix(destination) },
      destination: { prefix: hostPrefix(source) },
      protocol: flow.protocol,
      target: { kind: 'accept' },
    });
    return {
      fixId: 'open-filter',
      change: changes([forth.change, back.change]),
      commands: [forth.add, back.add],
      undo: [forth.remove, back.remove],
      durable: [{ code: 'firewall-configuration', text: forth.add.text }],
      sideEffects: [sideEffect('opens-one-flow-only')],
    };
  },
};

function xtTable(name: string): XtTableName | null {
  return name === 'filter' || name === 'mangle' || name === 'raw' || name === 'security'
    ? name
    : null;
}
