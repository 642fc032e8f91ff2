import type { Network } from '../kernel/network.ts';
import { formatAddress, sameAddress } from '../packet/address.ts';
import { sameNetns } from '../packet/place.ts';
import { type Outcome, succeeds, type Trace } from '../trace/trace.ts';
import type { ControlFlow } from './case.ts';
import type { Finding, ProposedFix } from './diagnosis.ts';
import { asymmetryOf } from './findings.ts';
import { FIXES } from './fix/all-fixes.ts';
import { type FixContext, type FixProposal, sideEffect } from './fix/fix.ts';
import { wayOf } from './fix/way.ts';
import type { Answers } from './trace-flow.ts';

/**
 * Runs the model again with every proposed change: a fix cures a hypothesis when the flow is
 * delivered under that hypothesis' answers. One that cures nothing is not proposed.
 * @param healthy the flow as it would go if nothing were wrong, or null when it cannot
 */
export function verifiedFixes(
  context: FixContext,
  controls: readonly ControlFlow[],
  healthy: Outcome | null,
): readonly ProposedFix[] {
  const fixes = FIXES.flatMap((fix) => {
    const proposal = fix.propose(context);
    const verified = proposal && verify(context, proposal, controls, healthy);
    return verified ? [verified] : [];
  });
  const weight = (fix: ProposedFix): number =>
    context.explained
      .filter(({ hypothesis }) => fix.cures.includes(hypothesis.id))
      .reduce((sum, { hypothesis }) => sum + hypothesis.confidence, 0);
  // Array.prototype.sort is stable: the order of FIXES decides between equals.
  return [...fixes].sort((a, b) => {
    const together = Number(b.curesTogether) - Number(a.curesTogether);
    return together || Math.round((weight(b) - weight(a)) * 1000);
  });
}

function verify(
  context: FixContext,
  proposal: FixProposal,
  controls: readonly ControlFlow[],
  healthy: Outcome | null,
): ProposedFix | null {
  const network = proposal.change(context.network);
  const run = (answers: Answers): Trace => context.trace(network, context.flow, { answers });
  const cured = context.explained.filter(({ answers }) =>
    connects(run(carriedOver(answers, context, network))),
  );
  if (cured.length === 0) return null;
  const all: Answers = new Map(cured.flatMap(({ answers }) => [...answers]));
  const after = run(cured[0]?.answers ?? new Map()).outcomes[0];
  const broken = controls.filter(
    ({ flow }) =>
      !connects(context.trace(network, flow, {})) &&
      connects(context.trace(context.network, flow, {})),
  );
  return {
    fixId: proposal.fixId,
    commands: proposal.commands,
    undo: proposal.undo,
    durable: proposal.durable,
    verified: { model: 'cures', kernel: 'not-run' },
    cures: cured.map(({ hypothesis }) => hypothesis.id),
    curesTogether: connects(run(all)),
    sideEffects: [
      ...(after ? effectsOn(context, healthy, after) : []),
      ...(broken.length > 0 ? [sideEffect('breaks-working-flow', { flows: broken.length })] : []),
      ...proposal.sideEffects,
    ],
  };
}

/**
 * A connection whose entry is lost loses it whatever its source becomes: the answer is given again
 * for the entry that the changed network makes.
 */
function carriedOver(answers: Answers, context: FixContext, network: Network): Answers {
  const before = context.trace(context.network, context.flow, { answers }).questions;
  const lost = before.filter(({ id, topic }) => topic === 'conntrack-entry' && answers.has(id));
  if (lost.length === 0) return answers;
  const after = context.trace(network, context.flow, { answers }).questions;
  const entries = after.filter(({ topic }) => topic === 'conntrack-entry');
  return new Map([
    ...answers,
    ...lost.flatMap(({ id, where }) =>
      entries
        .filter((entry) => where && entry.where && sameNetns(entry.where, where))
        .map((entry) => [entry.id, answers.get(id) ?? ''] as const),
    ),
  ]);
}

function connects(trace: Trace): boolean {
  return trace.outcomes.length > 0 && trace.outcomes.every(succeeds);
}

/** What the endpoint and the way back look like after the fix, against before. */
function effectsOn(
  context: FixContext,
  healthy: Outcome | null,
  after: Outcome,
): readonly Finding[] {
  const effects: Finding[] = [];
  const was = healthy?.sourceAtEndpoint ?? wayOf(context.network, context.outcome)?.source;
  const is = after.sourceAtEndpoint;
  if (was && is && !sameAddress(was, is)) {
    effects.push(
      sideEffect('endpoint-sees-other-source', { was: formatAddress(was), is: formatAddress(is) }),
    );
  }
  const asymmetry = asymmetryOf(after);
  if (asymmetry) effects.push(sideEffect('asymmetric-return', asymmetry));
  return effects;
}
