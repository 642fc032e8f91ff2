import type { FieldCheck } from '../../kernel/netfilter/explain/field-check.ts';
import type { RuleHit } from '../../kernel/netfilter/verdict.ts';
import type { Step } from '../../kernel/step.ts';
import type { Hook } from '../../linux/hook.ts';
import { sameNetns } from '../../packet/place.ts';
import type { PacketTrace } from '../trace.ts';
import {
  hooksOf,
  keysTo,
  type RuleAt,
  type RuleTarget,
  ruleOf,
  tableNames,
} from './rule-target.ts';
import type { RuleSeen, SeenByStep } from './watched-run.ts';

/** What became of a packet and a rule, or a chain. */
export type Meeting =
  | {
      readonly kind: 'matched' | 'failed';
      readonly hook: Hook;
      readonly checks: readonly FieldCheck[];
    }
  /** A chain was asked about, and the packet went through it. */
  | { readonly kind: 'entered'; readonly hook: Hook }
  /** What leads to the chain did not match. */
  | { readonly kind: 'not-called'; readonly hook: Hook; readonly callers: readonly CallerSeen[] }
  /** The packet was in the chain, or on its way there, and something else ended it first. */
  | { readonly kind: 'taken'; readonly hook: Hook; readonly by: TakenBy }
  /** Nothing in the table leads to the chain. */
  | { readonly kind: 'no-caller' }
  | {
      readonly kind: 'other-hooks';
      readonly wanted: readonly Hook[];
      readonly passed: readonly Hook[];
    }
  /** The packet was never in this namespace. */
  | { readonly kind: 'elsewhere' }
  /** Rules of nat are asked for the first packet of a connection only. */
  | { readonly kind: 'nat-passed-by'; readonly hook: Hook; readonly because: NatPassedBy }
  /** There is no such packet: the flow failed before it. */
  | { readonly kind: 'no-packet' };

export type NatPassedBy = 'known-connection' | 'untracked' | 'invalid' | 'no-conntrack';

export interface CallerSeen {
  readonly called: string;
  readonly caller: RuleAt;
  readonly checks: readonly FieldCheck[];
  /** The rule matched and led elsewhere, as a verdict map does: its verdict. */
  readonly ledTo: string | null;
  /** Keys of its verdict map that lead to the chain. */
  readonly keys: readonly string[];
}

export interface TakenBy {
  readonly table: string;
  readonly chain: string;
  /** Null: the policy of the chain, or the kernel itself. */
  readonly hit: RuleHit | null;
  readonly verdict: string;
}

type TableStep = Step & { readonly action: Extract<Step['action'], { readonly kind: 'table' }> };

/** What is asked, and what was seen of it. */
export interface Asked {
  readonly target: RuleTarget;
  readonly callers: ReadonlyMap<string, readonly RuleAt[]>;
  readonly seen: SeenByStep;
}

/**
 * What became of one packet; of the one that carries it through a tunnel when `carrier` is set, which
 * passes the hooks of the same node by itself.
 */
export function meetingOf(packet: PacketTrace, asked: Asked, carrier = false): Meeting {
  const { target } = asked;
  const hooks = hooksOf(target, asked.callers);
  if (hooks.size === 0) return { kind: 'no-caller' };
  const isHere = ({ where, skb }: Pick<Step, 'where' | 'skb'>): boolean =>
    sameNetns(where, target.where) && (skb.packet.inner !== undefined) === carrier;
  const here = packet.steps.filter(isHere);
  const visits = packet.visits.filter(isHere);
  if (here.length === 0 && visits.length === 0) return { kind: 'elsewhere' };
  const passed = [...new Set(visits.map(({ hook }) => hook))];
  const met = passed.flatMap((hook) => {
    const base = hooks.get(hook);
    return base === undefined ? [] : [meetingAt(hook, base, here, asked)];
  });
  const [best] = met.toSorted((a, b) => RANK.indexOf(a.kind) - RANK.indexOf(b.kind));
  return best ?? { kind: 'other-hooks', wanted: [...hooks.keys()], passed };
}

/** At several hooks, what came closest. */
const RANK: readonly Meeting['kind'][] = [
  ...(['matched', 'entered', 'failed', 'taken', 'not-called', 'nat-passed-by'] as const),
];

function meetingAt(hook: Hook, base: string, here: readonly Step[], asked: Asked): Meeting {
  const { target } = asked;
  const { backend, table } = tableNames(target);
  const tables = here.filter(isTable).filter(({ action }) => action.hook === hook);
  const steps = tables.filter(
    ({ action }) => action.table === table && action.chain === base && action.backend === backend,
  );
  const [step] = steps;
  if (!step) {
    const ended = tables.find(({ action }) => endsPacket(action.verdict));
    if (ended) return { kind: 'taken', hook, by: takenBy(ended, ended.action.hits.at(-1) ?? null) };
    return { kind: 'nat-passed-by', hook, because: whyPassedBy(here) };
  }
  const met = steps.map((one) => meetingIn(hook, base, one, asked));
  const [best = { kind: 'no-caller' } as const] = met.toSorted(
    (a, b) => RANK.indexOf(a.kind) - RANK.indexOf(b.kind),
  );
  return best;
}

function meetingIn(hook: Hook, base: string, step: TableStep, asked: Asked): Meeting {
  const { target } = asked;
  const rule = ruleOf(target);
  const seen = asked.seen.get(step) ?? [];
  const own = seen.filter((one) => one.rule === rule);
  const shown = own.find(({ matched }) => matched) ?? own.at(-1);
  if (shown) {
    return { kind: shown.matched ? 'matched' : 'failed', hook, checks: shown.checks };
  }
  if (entered(target.chain, base, step)) {
    return rule === null
      ? { kind: 'entered', hook }
      : { kind: 'taken', hook, by: endAfter(target.chain, base, step) };
  }
  return whyNotCalled(hook, base, step, seen, asked);
}

/** Goes up from the chain to the first rule on a way to it that the packet met, or did not. */
function whyNotCalled(
  hook: Hook,
  base: string,
  step: TableStep,
  seen: readonly RuleSeen[],
  asked: Asked,
): Meeting {
  const failed: CallerSeen[] = [];
  let taken: TakenBy | null = null;
  const visited = new Set<string>();
  const open = [asked.target.chain];
  for (let called = open.shift(); called !== undefined; called = open.shift()) {
    if (visited.has(called)) continue;
    visited.add(called);
    for (const caller of asked.callers.get(called) ?? []) {
      if (!entered(caller.chain, base, step)) {
        open.push(caller.chain);
        continue;
      }
      const met = seen.filter(({ rule }) => rule === caller.rule).at(-1);
      if (met) failed.push(callerSeen(called, caller, met, step));
      else taken ??= endAfter(caller.chain, base, step);
    }
  }
  if (failed.length > 0) return { kind: 'not-called', hook, callers: failed };
  return taken === null ? { kind: 'no-caller' } : { kind: 'taken', hook, by: taken };
}

function callerSeen(called: string, caller: RuleAt, met: RuleSeen, step: TableStep): CallerSeen {
  const { rule, chain } = caller;
  const hit = step.action.hits.find((one) => one.chain === chain && one.rule === rule.text);
  const ledTo = met.matched ? (hit?.verdict ?? null) : null;
  return { called, caller, checks: met.checks, ledTo, keys: keysTo(rule, called) };
}

function entered(chain: string, base: string, { action }: TableStep): boolean {
  return chain === base || action.hits.some((hit) => leadsTo(hit, chain));
}

function leadsTo({ verdict }: RuleHit, chain: string): boolean {
  return verdict === `jump ${chain}` || verdict === `goto ${chain}`;
}

/** What ended a packet's walk through a chain before the chain's end. */
function endAfter(chain: string, base: string, step: TableStep): TakenBy {
  const { hits, byPolicy } = step.action;
  const from = chain === base ? 0 : hits.findLastIndex((hit) => leadsTo(hit, chain)) + 1;
  const left = hits
    .slice(from)
    .find((hit) => hit.chain === chain && /^(?:return|goto )/.test(hit.verdict));
  return takenBy(step, left ?? (byPolicy ? null : (hits.at(-1) ?? null)));
}

function takenBy({ action }: TableStep, hit: RuleHit | null): TakenBy {
  const { table, chain, verdict } = action;
  return { table, chain: hit?.chain ?? chain, hit, verdict: hit?.verdict ?? verdict };
}

function endsPacket(verdict: string): boolean {
  return verdict === 'drop' || verdict === 'reject' || verdict === 'stolen';
}

/** Linux: nf_nat_inet_fn(). */
function whyPassedBy(here: readonly Step[]): NatPassedBy {
  const state = here.findLast(({ action }) => action.kind === 'conntrack')?.action;
  if (state?.kind !== 'conntrack') return 'no-conntrack';
  if (state.state === 'UNTRACKED') return 'untracked';
  return state.state === 'INVALID' ? 'invalid' : 'known-connection';
}

function isTable(step: Step): step is TableStep {
  return step.action.kind === 'table';
}
