import { formatAddress, sameAddress } from '../packet/address.ts';
import type { Outcome, Trace } from '../trace/trace.ts';
import type { ControlFlow } from './case.ts';
import type { Finding, ProposedFix } from './diagnosis.ts';
import { asymmetryOf } from './findings.ts';
import { FIXES } from './fix/all-fixes.ts';
import { type FixContext, type FixProposal, sideEffect } from './fix/fix.ts';
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
  const cured = context.explained.filter(({ answers }) => connects(run(answers)));
  if (cured.length === 0) return null;
  const all: Answers = new Map(context.explained.flatMap(({ answers }) => [...answers]));
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

function connects(trace: Trace): boolean {
  return trace.outcomes.length > 0 && trace.outcomes.every(({ client }) => client === 'connected');
}

/** What the endpoint and the way back look like after the fix, against before. */
function effectsOn(
  context: FixContext,
  healthy: Outcome | null,
  after: Outcome,
): readonly Finding[] {
  const effects: Finding[] = [];
  const first = context.outcome.packets[0]?.steps[0]?.skb.packet.source;
  const was = healthy?.sourceAtEndpoint ?? first;
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
