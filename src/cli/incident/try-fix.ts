import type { Command } from '../../diagnosis/diagnosis.ts';
import type { LabFlow } from '../../lab/flow.ts';
import type { Lab, LabCommand } from '../../lab/lab.ts';
import { netnsKey } from '../../packet/place.ts';
import type { FixTrial } from '../../report/incident/verification.ts';
import { labName } from './compose.ts';
import type { Cure } from './incident.ts';
import { labFlow } from './incident-flow.ts';
import type { Incident } from './load-incident.ts';
import { clientOutcome } from './observed-flow.ts';
import { differing, settings } from './steady-files.ts';
import { placedCommand } from './words.ts';

/** A change to try on the kernel, with what takes it back. */
export interface Remedy {
  readonly name: string;
  readonly from: FixTrial['from'];
  readonly model: FixTrial['verified']['model'];
  readonly forThisCause: boolean;
  readonly commands: readonly LabCommand[];
  readonly undo: readonly LabCommand[];
}

/** Commands of a diagnosis, for the laboratory that the snapshot was collected in. */
export function labCommands(commands: readonly Command[]): readonly LabCommand[] {
  return commands.map(({ node, netns, argv }) => ({
    namespace: labName(netnsKey({ node, netns })),
    argv,
  }));
}

/** A cure that the recipe spells out. */
export function remedyOfRecipe(cure: Extract<Cure, { readonly title: string }>): Remedy {
  return {
    name: cure.title,
    from: 'recipe',
    model: 'not-run',
    forThisCause: true,
    commands: cure.commands.map(placedCommand),
    undo: cure.undo.map(placedCommand),
  };
}

/**
 * Runs a remedy's commands in a laboratory, sends the control and the flow, takes the remedy back,
 * and looks whether the first state is there again: the same settings, and the flow fails as before.
 * @param before the settings without the remedy
 */
export async function tryFix(
  lab: Lab,
  incident: Incident,
  remedy: Remedy,
  before: ReadonlyMap<string, string>,
): Promise<FixTrial> {
  const failed = await failures(lab, remedy.commands);
  const [control = null, flow = null] = await outcomes(lab, [
    labFlow('control', incident.controlFlow),
    labFlow('flow', incident.flow),
  ]);
  const undoFailed = await failures(lab, remedy.undo);
  const after = settings(new Map(Object.entries(await lab.collect({}))));
  const [again = null] = await outcomes(lab, [labFlow('flow', incident.flow)]);
  return {
    name: remedy.name,
    from: remedy.from,
    verified: {
      model: remedy.model,
      kernel: failed.length === 0 && flow === 'connected' ? 'cures' : 'fails',
    },
    forThisCause: remedy.forThisCause,
    flow,
    control,
    failed: [...failed, ...undoFailed],
    undo: { differs: differing(before, after), flow: again },
  };
}

async function outcomes(lab: Lab, flows: readonly LabFlow[]) {
  const reports = await lab.send({
    flows,
    // The client's result is all that counts; captures tell when the flow has come to rest.
    observe: { hooks: false, captures: true, drops: false, conntrack: false, counters: false },
  });
  return reports.map(clientOutcome);
}

async function failures(lab: Lab, commands: readonly LabCommand[]): Promise<readonly string[]> {
  const reports = await lab.run(commands);
  return reports
    .filter(({ status }) => status !== 0)
    .map(({ argv, stderr, namespace }) => `${namespace}: ${argv.join(' ')}: ${stderr.trim()}`);
}
