import { evaluateBaseChain } from '../../../../src/kernel/netfilter/nft/evaluate.ts';
import type { NftBaseChain, NftTable } from '../../../../src/kernel/netfilter/nft/table.ts';
import type { RuleContext } from '../../../../src/kernel/netfilter/rule-context.ts';
import type { NetnsState } from '../../../../src/kernel/netns-state.ts';
import type { Run } from '../../../../src/kernel/run.ts';
import type { Skb } from '../../../../src/kernel/skb.ts';
import type { Step } from '../../../../src/kernel/step.ts';
import { isIpHook } from '../../../../src/linux/hook.ts';
import { explore } from '../../../../src/trace/branches.ts';

/** A chain that a packet meets, with the packet as it does. */
export interface Met {
  readonly table: NftTable;
  readonly chain: NftBaseChain;
  readonly skb: Skb;
  readonly context: Omit<RuleContext, 'decider'>;
}

/** The chains that a packet meets, each without its rules but the first, which every packet meets. */
export function chainsMet(
  netns: NetnsState,
  send: (kernel: { readonly netns: NetnsState; readonly run: Run }) => void,
  uid: number | null,
): readonly Met[] {
  const bare: NetnsState = {
    ...netns,
    ruleset: { ...netns.ruleset, nft: (netns.ruleset.nft ?? []).map(withFirstRules) },
  };
  const { branches } = explore(
    (run) => {
      const steps: Step[] = [];
      // A connection goes on to change after the step.
      const record = (step: Step) => void steps.push({ ...step, skb: copied(step.skb) });
      send({ netns: bare, run: { ...run, record } });
      return steps;
    },
    new Map(),
    8,
  );
  const [branch] = branches;
  if (branches.length !== 1 || !branch) throw new Error('the way of the packet is not one');
  return branch.result.flatMap((step) => metAt(netns, step, uid));
}

function withFirstRules(table: NftTable): NftTable {
  const first = <T extends NftBaseChain>(chain: T): T => ({
    ...chain,
    rules: chain.rules.slice(0, 1),
  });
  return { ...table, baseChains: table.baseChains.map(first) };
}

function metAt(
  netns: NetnsState,
  { action, skb, iif, oif }: Step,
  uid: number | null,
): readonly Met[] {
  if (action.kind !== 'table') return [];
  const table = netns.ruleset.nft?.find(({ family, name }) => `${family} ${name}` === action.table);
  const chain = table?.baseChains.find(({ name }) => name === action.chain);
  if (!table || !chain) return [];
  const hook = isIpHook(action.hook)
    ? action.hook
    : action.hook === 'ingress'
      ? 'prerouting'
      : 'postrouting';
  const localSocket = uid === null ? null : { uid };
  return [{ table, chain, skb, context: { netns, hook, iif, oif, localSocket } }];
}

/** What the model says of each rule of a chain alone: whether its counter counts the packet. */
export function countsOf({ table, chain, skb, context }: Met, index: number): ReadonlySet<boolean> {
  const rule = chain.rules[index];
  if (!rule) throw new Error('no such rule');
  const { branches } = explore(
    (run) => {
      const packet = { context: { ...context, decider: run.decider }, skb: copied(skb) };
      const result = evaluateBaseChain(table, { ...chain, rules: [rule] }, packet, run);
      return result.hits.some(({ verdict }) => verdict !== 'break');
    },
    new Map(),
    600,
  );
  return new Set(branches.map(({ result }) => result));
}

/** Connections can be changed; each rule gets its own. */
function copied(skb: Skb): Skb {
  if (skb.ct.kind !== 'tracked') return skb;
  return { ...skb, ct: { ...skb.ct, connection: { ...skb.ct.connection } } };
}
