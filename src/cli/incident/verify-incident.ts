import { release } from 'node:os';
import type { Agreement, Difference, OpenQuestion } from '../../agreement/agreement.ts';
import { placesOf } from '../../agreement/places.ts';
import type { Lab } from '../../lab/lab.ts';
import type {
  AgreementOf,
  Fault,
  FixTrial,
  Verification,
} from '../../report/incident/verification.ts';
import { assembleSnapshot } from '../../snapshot/assemble.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';
import { compareWithModel } from '../lab/judge.ts';
import { buildIncident } from './build-incident.ts';
import { diagnoseIncident } from './diagnose-incident.ts';
import { labFlow } from './incident-flow.ts';
import type { Incident } from './load-incident.ts';
import { runOf, type SentFlows, sendBoth } from './run-incident.ts';
import { settings } from './steady-files.ts';
import { labCommands, type Remedy, remedyOfRecipe, tryFix } from './try-fix.ts';

/** A verification with the snapshot and the reports it rests on. */
export interface Verified {
  readonly verification: Verification;
  /** The collected snapshot, by path relative to its root. */
  readonly files: ReadonlyMap<string, string>;
  readonly sent: SentFlows;
}

/**
 * Builds an incident in an empty laboratory, collects it with the users' collector, compares model
 * and kernel, diagnoses the snapshot, and tries every fix on the kernel and takes it back.
 */
export async function verifyIncident(lab: Lab, incident: Incident): Promise<Verified> {
  await buildIncident(lab, incident);
  const files = new Map(Object.entries(await lab.collect({})));
  const snapshot = assembleSnapshot(files).value;
  const sent = await sendBoth(lab, incident);
  const diagnosis = diagnoseIncident(incident, snapshot);
  const rightly = new Set(
    diagnosis.hypotheses
      .filter(({ causeId }) => incident.expected.causes.includes(causeId))
      .map(({ id }) => id),
  );
  const remedies: readonly Remedy[] = [
    ...diagnosis.fixes.map((fix) => ({
      name: fix.fixId,
      from: 'diagnosis' as const,
      model: fix.verified.model,
      forThisCause: fix.cures.some((id) => rightly.has(id)),
      commands: labCommands(fix.commands),
      undo: labCommands(fix.undo),
    })),
    ...incident.cures.flatMap((cure) => ('title' in cure ? [remedyOfRecipe(cure)] : [])),
  ];
  const before = settings(files);
  const fixes: FixTrial[] = [];
  for (const remedy of remedies) fixes.push(await tryFix(lab, incident, remedy, before));
  const found = {
    mismatches: runOf(incident, sent).mismatches,
    agreement: [
      agreementOf('flow', agreementIn(incident, snapshot, 'flow', sent)),
      agreementOf('control', agreementIn(incident, snapshot, 'control', sent)),
    ],
    diagnosis: {
      verdict: diagnosis.verdict,
      proven: diagnosis.proven,
      causes: diagnosis.hypotheses.map(({ causeId }) => causeId),
    },
    fixes,
  };
  const verification: Verification = {
    id: incident.id,
    title: incident.title,
    kernel: release(),
    notHere: null,
    ...found,
    faults: faultsOf(incident, found),
  };
  return { verification, files, sent };
}

function agreementIn(
  incident: Incident,
  snapshot: Snapshot,
  which: AgreementOf['flow'],
  sent: SentFlows,
): Agreement {
  const asked = which === 'flow' ? incident.flow : incident.controlFlow;
  const places = placesOf(incident.composed);
  return compareWithModel(snapshot, labFlow(which, asked), sent[which], places).agreement;
}

function faultsOf(
  { expected, cures }: Incident,
  found: Pick<Verification, 'mismatches' | 'agreement' | 'diagnosis' | 'fixes'>,
): readonly Fault[] {
  const faults = new Set<Fault>();
  if (found.mismatches.length > 0) faults.add('not-reproduced');
  for (const { flow, kind } of found.agreement) {
    // What no snapshot shows the model cannot know; the control must still be foretold.
    const hidden = flow === 'flow' && expected.unseen !== undefined;
    if (kind === 'disagree' && !hidden) faults.add('model-disagrees');
  }
  const causes = found.diagnosis?.causes ?? [];
  if (!expected.causes.every((cause) => causes.includes(cause))) faults.add('cause-not-named');
  for (const cure of cures) {
    if ('fix' in cure && !found.fixes.some(({ name }) => name === cure.fix)) {
      faults.add('fix-not-proposed');
    }
  }
  for (const { verified, control, undo, failed, forThisCause } of found.fixes) {
    if (verified.kernel !== 'cures' && forThisCause) faults.add('fix-fails');
    if (control !== 'connected') faults.add('fix-breaks-control');
    if (undo.differs.length > 0 || undo.flow !== expected.client || failed.length > 0) {
      faults.add('undo-incomplete');
    }
  }
  return [...faults];
}

function agreementOf(flow: AgreementOf['flow'], agreement: Agreement): AgreementOf {
  switch (agreement.kind) {
    case 'agree':
      return { flow, kind: 'agree', details: [] };
    case 'disagree':
      return { flow, kind: 'disagree', details: agreement.differences.map(differenceText) };
    case 'open':
      return { flow, kind: 'open', details: agreement.questions.map(questionText) };
  }
}

function differenceText(difference: Difference): string {
  return JSON.stringify(difference);
}

function questionText(question: OpenQuestion): string {
  switch (question.kind) {
    case 'assumption':
      return `${question.assumption.questionId}=${question.assumption.value}`;
    case 'unsupported':
      return question.construct;
    case 'truncated':
    case 'unknown-end':
      return question.kind;
  }
}
