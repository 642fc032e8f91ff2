import type { Step } from '../kernel/step.ts';
import { type Assumption, type Outcome, type PacketTrace, succeeds } from '../trace/trace.ts';

/** How an outcome went wrong: the packet that did not arrive and the step that ended it. */
export interface Ending {
  readonly outcome: Outcome;
  readonly packet: PacketTrace;
  readonly step: Step | null;
  readonly dropReason: string | null;
  /** The answers this outcome rests on that deviate from what one expects. */
  readonly assumptions: readonly Assumption[];
}

/**
 * The first packet that failed. A packet that was answered with an error counts as failed, the
 * error that reports it does not.
 */
export function endingOf(outcome: Outcome): Ending | null {
  const packet = outcome.packets.find((candidate) => failed(candidate));
  if (!packet) return null;
  return {
    outcome,
    packet,
    step: endingStep(packet),
    dropReason: packet.dropReason,
    assumptions: deviations(outcome),
  };
}

/** Whether the client surely did not get through. */
export function fails(outcome: Outcome): boolean {
  return outcome.client !== 'unknown' && !succeeds(outcome);
}

/** The assumptions of an outcome that are not the defaults, without the kernel's free choices. */
export function deviations(outcome: Outcome): readonly Assumption[] {
  return outcome.assumptions.filter(
    (assumption) => assumption.kind === 'unknown' && !assumption.isDefault,
  );
}

function failed(packet: PacketTrace): boolean {
  return packet.disposition !== 'delivered' && packet.disposition !== 'forwarded-out';
}

function endingStep(packet: PacketTrace): Step | null {
  const drop = packet.steps.findLast(
    ({ action }) =>
      action.kind === 'drop' || action.kind === 'reject' || action.kind === 'socket-error',
  );
  return drop ?? packet.steps.at(-1) ?? null;
}
