import type { Location } from '../diagnosis.ts';
import type { Ending } from '../ending.ts';

/**
 * A cause names and explains what the model found. It decides nothing: the model has already
 * said which packet ended where and for which reason, under which answers.
 */
export interface Cause {
  readonly id: string;
  /** The place of this cause, or null when the outcome ended for another one. */
  locate(ending: Ending): Location | null;
}

export const NOWHERE: Location = {
  where: null,
  device: null,
  hook: null,
  rule: null,
  segment: null,
};

const ENDING: ReadonlySet<string> = new Set(['drop', 'reject', 'stolen']);

/** Where the packet ended, as the last step tells. */
export function endLocation(ending: Ending): Location {
  const { step, packet } = ending;
  if (!step) return { ...NOWHERE, where: packet.at };
  const table = packet.steps.findLast(({ action }) => action.kind === 'table');
  const ended = table?.action.kind === 'table' && ENDING.has(table.action.verdict) ? table : null;
  // Where a policy ended it, the rules it met before did not.
  const rule =
    ended?.action.kind === 'table' && !ended.action.byPolicy
      ? ended.action.hits.at(-1)?.rule
      : null;
  return {
    where: step.where,
    device: step.iif || step.oif || null,
    hook: ended?.action.kind === 'table' ? ended.action.hook : null,
    rule: rule ?? null,
    segment: null,
  };
}
