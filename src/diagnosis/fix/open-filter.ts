import type { Step } from '../../kernel/step.ts';
import { builtinChain, HOOKS } from '../../linux/hook.ts';
import type { XtTableName } from '../../linux/priority.ts';
import { type Packet, ports } from '../../packet/packet.ts';
import { hostPrefix } from '../../packet/prefix.ts';
import { protocolName } from '../../packet/protocol.ts';
import { changes } from '../change/network-change.ts';
import type { RuleSpec } from '../change/xt-rule.ts';
import { type Ending, endingOf } from '../ending.ts';
import { type Fix, sideEffect } from './fix.ts';
import { type OwnTable, ownRule } from './iptables-rule.ts';

/**
 * Accepts the packet that is dropped or refused, and its answers, before the rule or policy that
 * does it, in the table of the backend that has it. That rule stays: it is somebody else's. What is
 * dropped may be the tunnel's datagram, and not the flow's own packet.
 */
export const OPEN_FILTER: Fix = {
  id: 'open-filter',
  propose: ({ explained }) => {
    const ending = explained
      .map(({ hypothesis }) => endingOf(hypothesis.outcome))
      .find((candidate) => candidate?.dropReason === 'NETFILTER_DROP');
    const step = ending?.packet.steps.findLast(({ action }) => action.kind === 'table');
    const place = step && placeOf(step);
    const specs = ending && step && place && specsOf(ending, step.skb.packet, place.chain);
    if (!specs) return null;
    const rules = specs.map((spec) => ownRule(place.own, 'first', spec));
    return {
      fixId: 'open-filter',
      change: changes(rules.map(({ change }) => change)),
      commands: rules.map(({ add }) => add),
      undo: rules.map(({ remove }) => remove),
      durable: [{ code: 'firewall-configuration', text: rules[0]?.add.text ?? '' }],
      sideEffects: [sideEffect('opens-one-flow-only')],
    };
  },
};

interface Place {
  readonly own: OwnTable;
  readonly chain: string;
}

function placeOf({ action, where }: Step): Place | null {
  if (action.kind !== 'table' || action.backend === 'native') return null;
  if (action.verdict !== 'drop' && action.verdict !== 'reject') return null;
  const table = xtTable(action.table);
  const hook = HOOKS.find((candidate) => candidate === action.hook);
  if (!table || !hook) return null;
  return { own: { where, table, backend: action.backend }, chain: builtinChain(hook) };
}

/**
 * A rule for the packet and, in a chain that both directions pass, one for what answers it. Only the
 * server's port is named: the client's is another one each time.
 */
function specsOf(
  { packet: { direction } }: Ending,
  packet: Packet,
  chain: string,
): readonly RuleSpec[] | null {
  const protocol = PROTOCOLS.find((name) => name === protocolName(packet.protocol));
  if (!protocol) return null;
  const source = { prefix: hostPrefix(packet.source) };
  const destination = { prefix: hostPrefix(packet.destination) };
  const { sport, dport } = ports(packet);
  // A tunnel's datagrams go to its port in both directions, from ports of no meaning.
  const toServer = direction === 'original' || packet.inner !== undefined;
  const there = toServer ? { dport } : { sport };
  const back = toServer && !packet.inner ? { sport: dport } : { dport: toServer ? dport : sport };
  const named = protocol !== 'icmp';
  const common = { chain, protocol, target: { kind: 'accept' } } as const;
  const rule = { ...common, source, destination, ...(named ? there : {}) };
  if (chain === 'INPUT' || chain === 'OUTPUT') return [rule];
  return [rule, { ...common, source: destination, destination: source, ...(named ? back : {}) }];
}

const PROTOCOLS = ['tcp', 'udp', 'icmp'] as const;

function xtTable(name: string): XtTableName | null {
  return name === 'filter' || name === 'mangle' || name === 'raw' || name === 'security'
    ? name
    : null;
}
