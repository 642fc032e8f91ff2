import { headerDiff } from '../../../packet/header-diff.ts';
import type { Run } from '../../run.ts';
import type { Skb } from '../../skb.ts';
import type { RulePacket } from '../rule-context.ts';
import type { RuleHit, TableResult, TableVerdict } from '../verdict.ts';
import { evaluateExpression } from './expression/expression.ts';
import type { RuleScope } from './rule-scope.ts';
import { executeStatement } from './statement/statement.ts';
import type { NftBaseChain, NftChain, NftRule, NftTable } from './table.ts';
import { type RuleEnd, verdictName } from './verdict.ts';

/** Linux: NFT_JUMP_STACK_SIZE. */
const MAX_JUMPS = 16;

/** A chain being walked: `next` is the index of the rule to run. */
interface Frame {
  readonly chain: NftChain;
  next: number;
}

/** Sends a packet through a base chain. Linux: nft_do_chain(). */
export function evaluateBaseChain(
  table: NftTable,
  base: NftBaseChain,
  packet: RulePacket,
  run: Run,
): TableResult {
  const walk: Walk = { table, base, run, packet, skb: packet.skb, hits: [], draws: new Map() };
  const end = (verdict: TableVerdict, byPolicy = false): TableResult => ({
    verdict,
    skb: walk.skb,
    hits: walk.hits,
    byPolicy,
  });
  /** Where jumps return to; a goto leaves no return position. */
  const stack: Frame[] = [];
  let frame: Frame | undefined = { chain: base, next: 0 };
  let gotos = 0;

  while (frame) {
    const rule: NftRule | undefined = frame.chain.rules[frame.next++];
    if (!rule) {
      frame = stack.pop();
      continue;
    }
    const ended = runRule(walk, frame.chain.name, rule);
    if (ended === null) continue;
    switch (ended.kind) {
      case 'continue':
        break;
      case 'return':
        frame = stack.pop();
        break;
      case 'jump':
      case 'goto': {
        const chain = table.chains.get(ended.target);
        if (!chain) return end(notThere(walk, rule, `chain ${ended.target}`));
        if (ended.kind === 'jump') {
          if (stack.length >= MAX_JUMPS) return end({ kind: 'drop' });
          stack.push(frame);
          gotos = 0;
        } else if (++gotos > table.chains.size) {
          // The kernel refuses such rules, so these were never loaded.
          return end(notThere(walk, rule, `end of the loop through ${ended.target}`));
        }
        frame = { chain, next: 0 };
        break;
      }
      default:
        return end(ended);
    }
  }
  return end({ kind: base.policy }, true);
}

interface Walk {
  readonly table: NftTable;
  readonly base: NftBaseChain;
  readonly run: Run;
  readonly packet: RulePacket;
  readonly hits: RuleHit[];
  readonly draws: Map<string, number>;
  /** The packet as the rules so far left it. */
  skb: Skb;
}

/** Runs a rule's statements until one breaks or ends it; null when the next rule is to be tried. */
function runRule(walk: Walk, chain: string, rule: NftRule): RuleEnd | null {
  const before = walk.skb;
  let prefix: string | undefined;
  let ended: RuleEnd | null = null;
  let broke = false;
  let scope: RuleScope | null = null;
  for (const [index, statement] of rule.statements.entries()) {
    scope = scopeOf(walk, { chain, rule, statement: index });
    const outcome = executeStatement(statement, scope);
    if (outcome.kind === 'break') {
      broke = true;
      break;
    }
    if (outcome.kind === 'end') {
      ended = outcome.end;
      break;
    }
    walk.skb = outcome.skb;
    if (statement.kind === 'side-effect' && statement.name === 'log') {
      prefix = statement.prefix ?? '';
    }
  }
  const { watch } = walk.run;
  if (watch?.watches(rule)) {
    const brokeAt = broke && scope ? scope.statement : null;
    watch.nft({ table: walk.table, chain, rule, scope, brokeAt });
  }
  // What a rule did before it broke stays done, so that is worth a hit as well.
  if (!broke || walk.skb !== before || prefix !== undefined) {
    walk.hits.push({
      chain,
      rule: rule.text,
      source: rule.source,
      verdict: broke ? 'break' : ended === null ? 'continue' : verdictName(ended),
      diff: headerDiff(before, walk.skb),
      ...(prefix === undefined ? {} : { log: { prefix } }),
    });
  }
  return ended;
}

function scopeOf(
  walk: Walk,
  at: { readonly chain: string; readonly rule: NftRule; readonly statement: number },
): RuleScope {
  const scope: RuleScope = {
    ...at,
    packet: { context: walk.packet.context, skb: walk.skb },
    run: walk.run,
    table: walk.table,
    base: walk.base.name,
    draws: walk.draws,
    evaluate: (expression) => evaluateExpression(expression, scope),
  };
  return scope;
}

/** The input lacks a part that the kernel had. */
function notThere(walk: Walk, rule: NftRule, what: string): TableVerdict {
  const where = walk.packet.context.netns.ref;
  walk.run.unsupported({ construct: `missing ${what}`, where, source: rule.source });
  return { kind: 'stolen', by: `missing ${what}` };
}
