import type { Errno } from '../../linux/errno.ts';
import type { Hook } from '../../linux/hook.ts';
import { PRIORITY } from '../../linux/priority.ts';
import { formatAddress, sameAddress } from '../../packet/address.ts';
import { netnsKey } from '../../packet/place.ts';
import { confirm } from '../conntrack/confirm.ts';
import { natHook } from '../conntrack/nat.ts';
import type { NatRequest } from '../conntrack/nat-request.ts';
import { trackIncoming } from '../conntrack/track.ts';
import { type Kernel, record } from '../kernel.ts';
import type { OutputRoute } from '../routing/lookup.ts';
import type { Skb } from '../skb.ts';
import { conntrackInUse } from './conntrack-in-use.ts';
import { type HookEntry, hookEntries } from './hook-entries.ts';
import { decideOrder } from './hook-order.ts';
import { ipvsHook } from './ipvs/ipvs-hook.ts';
import { missingRules } from './missing-rules.ts';
import type { RuleContext } from './rule-context.ts';
import type { RejectWith, TableResult } from './verdict.ts';

/** A packet at a hook. Linux: struct nf_hook_state. */
export interface HookPass {
  readonly hook: Hook;
  readonly iif: string;
  readonly oif: string;
  readonly localSocket: { readonly uid: number | null } | null;
  /**
   * Routes the packet again; given in OUTPUT only. Returns the error when there is no route, which
   * drops the packet, or null. Linux: ip_route_me_harder().
   */
  readonly reroute: ((skb: Skb) => Errno | null) | null;
}

export type HookOutcome =
  | { readonly kind: 'accept'; readonly skb: Skb }
  | {
      readonly kind: 'drop';
      readonly skb: Skb;
      readonly reason: string;
      readonly at: string;
      /** What a local sender of a datagram gets; absent is EPERM. Linux: NF_DROP_ERR(). */
      readonly errno?: Errno;
    }
  | { readonly kind: 'reject'; readonly skb: Skb; readonly with: RejectWith; readonly at: string }
  | { readonly kind: 'stolen'; readonly skb: Skb; readonly at: string }
  /** IPVS sends it to a server: through OUTPUT, like a packet of this node. */
  | {
      readonly kind: 'sent-on';
      readonly skb: Skb;
      readonly route: Extract<OutputRoute, { readonly kind: 'route' }>;
    };

/**
 * Runs everything attached to one hook, in the kernel's order: connection tracking, the tables by
 * priority, the one nat hook that all nat chains share, confirmation.
 * Linux: nf_hook_slow(), nf_nat_register_fn(), ipv4_confirm().
 */
export function runHook(kernel: Kernel, start: Skb, pass: HookPass): HookOutcome {
  const visit = { where: kernel.netns.ref, hook: pass.hook, iif: pass.iif, oif: pass.oif };
  kernel.run.visit({ ...visit, edge: 'first', skb: start });
  const outcome = runHookFunctions(kernel, start, pass);
  if (outcome.kind === 'accept') kernel.run.visit({ ...visit, edge: 'last', skb: outcome.skb });
  return outcome;
}

function runHookFunctions(kernel: Kernel, start: Skb, pass: HookPass): HookOutcome {
  const unknown = askUnknownRules(kernel, start, pass);
  if (unknown) return unknown;
  const { netns, run } = kernel;
  const { family } = start.packet.source;
  const entries = hookEntries(netns, pass.hook, family);
  const tracked = conntrackInUse(netns, family);
  let skb = start;
  let next = 0;
  const runUntil = (limit: number): HookOutcome | null => {
    while (next < entries.length) {
      const entry = entries[next];
      if (!entry || entry.priority >= limit) break;
      const group = takeGroup(entries, next, limit);
      next += group.length;
      const tables = group.filter((member) => !member.isNat);
      if (tables.length === 0) continue;
      const outcome = runGroup(kernel, skb, pass, tables);
      if (outcome.kind !== 'accept') return outcome;
      skb = outcome.skb;
    }
    return null;
  };

  if (pass.hook === 'prerouting' || pass.hook === 'output') {
    const ended = runUntil(PRIORITY.conntrack);
    if (ended) return ended;
    if (tracked && skb.ct.kind === 'none') {
      const met = trackIncoming(run, netns, pass.hook, skb);
      skb = met.skb;
      if (met.full) {
        const at = `${pass.hook} conntrack: table full`;
        return { kind: 'drop', skb, reason: 'NETFILTER_DROP', at };
      }
      recordConntrack(kernel, skb, pass);
    }
  }
  const natPriority =
    pass.hook === 'prerouting' || pass.hook === 'output'
      ? PRIORITY.natDst
      : pass.hook === 'forward'
        ? null
        : PRIORITY.natSrc;
  // IPVS comes right before the nat of INPUT, at its priority in FORWARD, and right after it in OUTPUT.
  const isBeforeNat = pass.hook === 'input' || pass.hook === 'forward';
  if (isBeforeNat) {
    const early = runUntil(PRIORITY.natSrc - 2);
    if (early) return early;
    const outcome = ipvsHook(kernel, skb, pass, pass.hook);
    if (outcome.kind !== 'accept') return outcome;
    skb = outcome.skb;
  }
  if (natPriority !== null) {
    const ended = runUntil(natPriority);
    if (ended) return ended;
    if (tracked) {
      const outcome = runNat(kernel, skb, pass, natPriority);
      if (outcome.kind !== 'accept') return outcome;
      skb = outcome.skb;
    }
  }
  if (pass.hook === 'output') {
    const outcome = ipvsHook(kernel, skb, pass, pass.hook);
    if (outcome.kind !== 'accept') return outcome;
    skb = outcome.skb;
  }
  const ended = runUntil(Number.POSITIVE_INFINITY);
  if (ended) return ended;
  if (tracked && (pass.hook === 'input' || pass.hook === 'postrouting')) {
    const confirmed = confirm(run, netns, skb);
    if (confirmed.drop !== null) {
      return { kind: 'drop', skb, reason: confirmed.drop, at: `${pass.hook} confirm` };
    }
    skb = confirmed.skb;
  }
  return { kind: 'accept', skb };
}

/** The entries of one priority, from `start`. */
function takeGroup(
  entries: readonly HookEntry[],
  start: number,
  limit: number,
): readonly HookEntry[] {
  const priority = entries[start]?.priority;
  const group: HookEntry[] = [];
  for (let i = start; i < entries.length; i++) {
    const entry = entries[i];
    if (!entry || entry.priority !== priority || entry.priority >= limit) break;
    group.push(entry);
  }
  return group;
}

function runGroup(
  kernel: Kernel,
  start: Skb,
  pass: HookPass,
  group: readonly HookEntry[],
): HookOutcome {
  const ordered = decideOrder(kernel, start, pass, group, contextOf(kernel, pass));
  let skb = start;
  for (const entry of ordered) {
    const before = skb;
    const result = entry.evaluate({ context: contextOf(kernel, pass), skb }, kernel.run);
    recordTable(kernel, before, pass, entry, result);
    skb = result.skb;
    const at = `${entry.table} ${entry.chain}`;
    switch (result.verdict.kind) {
      case 'accept':
        break;
      case 'drop':
        return { kind: 'drop', skb, reason: 'NETFILTER_DROP', at };
      case 'reject':
        return { kind: 'reject', skb, with: result.verdict.with, at };
      case 'stolen':
        return { kind: 'stolen', skb, at: `${at}: ${result.verdict.by}` };
      case 'nat':
        // Only nat chains can ask for a mapping; iptables and nft refuse it elsewhere.
        break;
    }
    const errno =
      entry.reroutes && changesRoute(before, skb) ? (pass.reroute?.(skb) ?? null) : null;
    if (errno !== null) {
      return { kind: 'drop', skb, reason: 'NETFILTER_DROP', at: `${at} reroute`, errno };
    }
  }
  return { kind: 'accept', skb };
}

/** Linux: ipt_mangle_out(), nf_route_table_hook4(): what makes OUTPUT route again. */
function changesRoute(before: Skb, after: Skb): boolean {
  return (
    before.mark !== after.mark ||
    before.packet.tos !== after.packet.tos ||
    // Linux: ip6t_mangle_out(), nf_route_table_hook6().
    (after.packet.source.family === 6 && before.packet.ttl !== after.packet.ttl) ||
    !sameAddress(before.packet.source, after.packet.source) ||
    !sameAddress(before.packet.destination, after.packet.destination)
  );
}

function runNat(kernel: Kernel, start: Skb, pass: HookPass, priority: number): HookOutcome {
  const { netns, run } = kernel;
  let refused: HookOutcome | null = null;
  const result = natHook(run, netns, {
    hook: pass.hook,
    skb: start,
    iif: pass.iif,
    oif: pass.oif,
    lookup: () => {
      const looked = lookUpMapping(kernel, start, pass);
      if (looked.kind === 'ended') {
        refused = looked.outcome;
        return { request: null, skb: looked.outcome.skb };
      }
      return { request: looked.kind === 'request' ? looked.request : null, skb: looked.skb };
    },
  });
  if (refused) return refused;
  if (result.drop !== null) {
    return { kind: 'drop', skb: result.skb, reason: result.drop, at: `${pass.hook} nat` };
  }
  const skb = result.skb;
  if (result.how !== 'none' && result.changed) {
    const manip = priority === PRIORITY.natDst ? 'dst' : 'src';
    record(
      kernel,
      skb,
      { kind: 'nat', hook: pass.hook, manip, how: result.how },
      { iif: pass.iif, oif: pass.oif, before: start },
    );
  }
  const errno = destinationTranslated(skb) ? (pass.reroute?.(skb) ?? null) : null;
  if (errno !== null) {
    return { kind: 'drop', skb, reason: 'NETFILTER_DROP', at: 'nat OUTPUT reroute', errno };
  }
  return { kind: 'accept', skb };
}

/**
 * Whether the connection translates the destination in this packet's direction: then OUTPUT
 * routes every packet of it again. Linux: nf_nat_ipv4_local_fn().
 */
function destinationTranslated(skb: Skb): boolean {
  if (skb.ct.kind !== 'tracked') return false;
  const { original, reply } = skb.ct.connection;
  return skb.ct.direction === 'original'
    ? !sameAddress(original.destination, reply.source)
    : !sameAddress(reply.destination, original.source);
}

type MappingLookup =
  | { readonly kind: 'request'; readonly request: NatRequest; readonly skb: Skb }
  | { readonly kind: 'none'; readonly skb: Skb }
  | { readonly kind: 'ended'; readonly outcome: HookOutcome };

/** Consults the nat chains of a hook in their order until one sets a mapping. */
function lookUpMapping(kernel: Kernel, start: Skb, pass: HookPass): MappingLookup {
  const { family } = start.packet.source;
  const chains = hookEntries(kernel.netns, pass.hook, family).filter((entry) => entry.isNat);
  let skb = start;
  for (const entry of inOrder(kernel, start, pass, chains)) {
    const result = entry.evaluate({ context: contextOf(kernel, pass), skb }, kernel.run);
    recordTable(kernel, skb, pass, entry, result);
    skb = result.skb;
    const at = `${entry.table} ${entry.chain}`;
    const verdict = result.verdict;
    switch (verdict.kind) {
      case 'nat':
        return { kind: 'request', request: verdict.nat, skb };
      case 'accept':
        break;
      case 'drop':
        return { kind: 'ended', outcome: { kind: 'drop', skb, reason: 'NETFILTER_DROP', at } };
      case 'reject':
        return { kind: 'ended', outcome: { kind: 'reject', skb, with: verdict.with, at } };
      case 'stolen':
        return { kind: 'ended', outcome: { kind: 'stolen', skb, at: `${at}: ${verdict.by}` } };
    }
  }
  return { kind: 'none', skb };
}

/** Nat chains by their priorities; those of one priority in the order that is asked for. */
function inOrder(
  kernel: Kernel,
  skb: Skb,
  pass: HookPass,
  chains: readonly HookEntry[],
): readonly HookEntry[] {
  const priorities = [...new Set(chains.map(({ priority }) => priority))];
  return priorities.flatMap((priority) => {
    const group = chains.filter((entry) => entry.priority === priority);
    return decideOrder(kernel, skb, pass, group, contextOf(kernel, pass));
  });
}

function contextOf(kernel: Kernel, pass: HookPass): RuleContext {
  return {
    netns: kernel.netns,
    hook: pass.hook,
    iif: pass.iif,
    oif: pass.oif,
    decider: kernel.run.decider,
    localSocket: pass.localSocket,
  };
}

function recordTable(
  kernel: Kernel,
  before: Skb,
  pass: HookPass,
  entry: HookEntry,
  result: TableResult,
): void {
  const last = result.hits.at(-1);
  record(
    kernel,
    result.skb,
    {
      kind: 'table',
      hook: pass.hook,
      priority: entry.priority,
      backend: entry.backend,
      table: entry.table,
      chain: entry.chain,
      hits: result.hits,
      byPolicy: result.byPolicy,
      verdict: result.verdict.kind,
    },
    { iif: pass.iif, oif: pass.oif, before, source: last?.source ?? null },
  );
}

function recordConntrack(kernel: Kernel, skb: Skb, pass: HookPass): void {
  const ct = skb.ct;
  const state =
    ct.kind === 'tracked' ? ct.state : ct.kind === 'untracked' ? 'UNTRACKED' : 'INVALID';
  record(
    kernel,
    skb,
    { kind: 'conntrack', hook: pass.hook, state },
    // An entry that was there before is a fact with a line of its own.
    {
      iif: pass.iif,
      oif: pass.oif,
      source: ct.kind === 'tracked' ? (ct.connection.loadedFrom?.source ?? null) : null,
    },
  );
}

/**
 * A ruleset that was not collected may drop. Two questions, because they differ in what refutes
 * them: any working flow through the same hook refutes a drop of everything, but only a flow
 * with the same source refutes a filter on the source.
 */
function askUnknownRules(kernel: Kernel, skb: Skb, pass: HookPass): HookOutcome | null {
  const missing = missingRules(kernel.netns.ruleset);
  if (missing === null) return null;
  if (pass.hook === 'prerouting' || pass.hook === 'postrouting') return null;
  const where = kernel.netns.ref;
  const base = `ruleset:${netnsKey(where)}:${missing}:${pass.hook}`;
  const source = formatAddress(skb.packet.source);
  const rarer = missing === 'nft' ? 3 : 0;
  const questions = [
    { id: base, subject: `${missing} ${pass.hook}`, cost: 4 + rarer },
    {
      id: `${base}:source:${source}`,
      subject: `${missing} ${pass.hook} for source ${source}`,
      cost: 4 + rarer,
    },
  ];
  for (const { id, subject, cost } of questions) {
    const answer = kernel.run.decider.decide({
      id,
      kind: 'unknown',
      topic: 'ruleset',
      where,
      subject,
      options: [
        { value: 'pass', probability: 1, cost: 0 },
        { value: 'drop', probability: 1, cost },
      ],
    });
    if (answer.value === 'drop') {
      return { kind: 'drop', skb, reason: 'NETFILTER_DROP', at: subject };
    }
  }
  return null;
}
