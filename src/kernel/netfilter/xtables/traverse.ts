import { builtinChain, type Hook } from '../../../linux/hook.ts';
import { headerDiff } from '../../../packet/header-diff.ts';
import type { Run } from '../../run.ts';
import type { Skb } from '../../skb.ts';
import type { RulePacket } from '../rule-context.ts';
import type { RuleHit, TableResult, TableVerdict } from '../verdict.ts';
import type { XtChain } from './chain.ts';
import { everyRule, likelyRules, type RuleWalk, type VisitRules } from './chain-index.ts';
import { ruleMatches } from './match-rule.ts';
import type { XtRule } from './rule.ts';
import type { RuleSite } from './rule-site.ts';
import type { XtTable } from './table.ts';
import { applyTarget } from './target/registry.ts';
import type { TargetOutcome } from './target/target-model.ts';
import { askWhatItDoes } from './target/what-it-does.ts';

/**
 * Chains entered by one packet in one table before the walk is given up. The kernel loads no
 * ruleset with a loop, so more are entered only by one that was never loaded.
 */
const MAX_ENTERED = 65_536;

/** A chain being walked. */
interface Frame {
  readonly chain: XtChain;
  readonly next: RuleWalk;
}

/** Sends a packet through a table at a hook. Linux: ipt_do_table(). */
export function traverseTable(
  table: XtTable,
  hook: Hook,
  packet: RulePacket,
  run: Run,
): TableResult {
  // Who watches a rule wants to know also why it cannot match.
  return traverse(table, hook, { packet, run, visit: run.watch ? everyRule : likelyRules });
}

/** The same with a choice of how rules are visited. */
export function traverse(
  table: XtTable,
  hook: Hook,
  how: { readonly packet: RulePacket; readonly run: Run; readonly visit: VisitRules },
): TableResult {
  const { run, visit } = how;
  const { context } = how.packet;
  const base = table.chains.get(builtinChain(hook));
  const hits: RuleHit[] = [];
  let skb = how.packet.skb;
  const end = (verdict: TableVerdict, byPolicy = false): TableResult => ({
    verdict,
    skb,
    hits,
    byPolicy,
  });
  // A chain that does not exist is not attached to the hook.
  if (!base) return end({ kind: 'accept' }, true);

  const enter = (chain: XtChain): Frame => ({ chain, next: visit(chain, skb.packet) });
  /** Where jumps return to; a goto leaves no return position. */
  const stack: Frame[] = [];
  let frame: Frame | undefined = enter(base);
  let entered = 0;

  while (frame) {
    const { chain, next }: Frame = frame;
    const rule = next();
    if (!rule) {
      if (chain.cut) {
        const missing = askForMissingRules(table, chain, { context, skb }, run);
        if (missing.kind === 'end') return end(missing.verdict);
      }
      frame = stack.pop();
      continue;
    }
    const site: RuleSite = { table, chain: chain.name, rule };
    const packet: RulePacket = { context, skb };
    if (!ruleMatches(site, packet, run)) continue;
    const { target } = rule;
    const hit = (verdict: string, after: Skb = skb): void => {
      hits.push(ruleHit(site, { verdict, before: skb, after }));
    };
    switch (target.kind) {
      case 'accept':
      case 'drop':
        hit(target.kind);
        return end({ kind: target.kind });
      case 'none':
        hit('continue');
        break;
      case 'return':
        hit('return');
        frame = stack.pop();
        break;
      case 'jump':
      case 'goto': {
        hit(`${target.kind} ${target.chain}`);
        const called = table.chains.get(target.chain);
        if (!called) {
          const outcome = askForChain(site, target.chain, packet, run);
          if (outcome.kind === 'end') return end(outcome.verdict);
          if (target.kind === 'goto') frame = stack.pop();
          break;
        }
        if (++entered > MAX_ENTERED) {
          const construct = `loop of chains through ${target.chain}`;
          run.unsupported({ construct, where: context.netns.ref, source: rule.source });
          return end({ kind: 'stolen', by: construct });
        }
        if (target.kind === 'jump') stack.push(frame);
        frame = enter(called);
        break;
      }
      default: {
        const outcome = applyTarget(target, { packet, run, site });
        if (outcome.kind === 'end') {
          hit(nameOf(outcome.verdict));
          return end(outcome.verdict);
        }
        hit('continue', outcome.skb);
        skb = outcome.skb;
      }
    }
  }
  return end({ kind: base.policy ?? 'accept' }, true);
}

function ruleHit(
  { chain, rule }: RuleSite,
  what: { readonly verdict: string; readonly before: Skb; readonly after: Skb },
): RuleHit {
  return {
    chain,
    rule: rule.text,
    source: rule.source,
    verdict: what.verdict,
    diff: headerDiff(what.before, what.after),
    ...logged(rule),
  };
}

function logged({ target }: XtRule): Pick<RuleHit, 'log'> {
  return target.kind === 'log' ? { log: { prefix: target.prefix } } : {};
}

function nameOf(verdict: TableVerdict): string {
  return verdict.kind === 'nat' ? verdict.nat.kind : verdict.kind;
}

/** A rule leads to a chain that the input did not declare. */
function askForChain(
  { table, chain, rule }: RuleSite,
  missing: string,
  packet: RulePacket,
  run: Run,
): TargetOutcome {
  return askWhatItDoes(
    {
      construct: `chain or target ${missing}`,
      topic: 'ruleset',
      table,
      chain,
      source: rule.source,
      subject: rule.text,
    },
    packet,
    run,
  );
}

/** The input ended before the chain did. */
function askForMissingRules(
  table: XtTable,
  chain: XtChain,
  packet: RulePacket,
  run: Run,
): TargetOutcome {
  return askWhatItDoes(
    {
      construct: `rules cut off from chain ${chain.name}`,
      topic: 'ruleset',
      table,
      chain: chain.name,
      source: chain.source,
      subject: chain.name,
    },
    packet,
    run,
  );
}
