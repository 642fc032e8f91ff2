import { explainNft } from '../../kernel/netfilter/explain/explain-nft.ts';
import { explainXt } from '../../kernel/netfilter/explain/explain-xt.ts';
import type { FieldCheck } from '../../kernel/netfilter/explain/field-check.ts';
import type { NftRule } from '../../kernel/netfilter/nft/table.ts';
import type { XtRule } from '../../kernel/netfilter/xtables/rule.ts';
import type { Run } from '../../kernel/run.ts';
import type { Step } from '../../kernel/step.ts';

/** What became of a watched rule when a packet met it. */
export interface RuleSeen {
  readonly chain: string;
  readonly rule: XtRule | NftRule;
  readonly matched: boolean;
  readonly checks: readonly FieldCheck[];
}

/** What was seen of the watched rules, by the step of the table that they are in. */
export type SeenByStep = ReadonlyMap<Step, readonly RuleSeen[]>;

/** A run that also keeps what became of some rules. */
export function watchedRun<R extends Run>(
  run: R,
  watched: ReadonlySet<XtRule | NftRule>,
): { readonly run: R; readonly seen: SeenByStep } {
  const seen = new Map<Step, readonly RuleSeen[]>();
  let pending: RuleSeen[] = [];
  const watching: R = {
    ...run,
    record(step: Step) {
      run.record(step);
      if (step.action.kind !== 'table') return;
      // A table tells of itself when it has ended; what was only tried before comes first.
      seen.set(step, pending);
      pending = [];
    },
    watch: {
      watches: (rule: XtRule | NftRule) => watched.has(rule),
      xt(evaluation) {
        const { site, matched } = evaluation;
        const checks = explainXt(evaluation, watching);
        pending.push({ chain: site.chain, rule: site.rule, matched, checks });
      },
      nft(evaluation) {
        const { chain, rule, brokeAt } = evaluation;
        pending.push({ chain, rule, matched: brokeAt === null, checks: explainNft(evaluation) });
      },
    } satisfies Run['watch'],
  };
  return { run: watching, seen };
}
