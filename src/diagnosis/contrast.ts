import { sameAddress } from '../packet/address.ts';
import type { Flow } from '../packet/flow.ts';
import { netnsKey } from '../packet/place.ts';
import { type Outcome, succeeds } from '../trace/trace.ts';
import type { DiagnosticCase, ObservedCase } from './case.ts';
import { NOTHING_OBSERVED } from './observed-flow.ts';
import type { Answers } from './trace-flow.ts';

/** A flow that works where the one to explain fails. */
export interface Contrast extends ObservedCase {
  readonly outcome: Outcome;
}

/**
 * The flow to lay beside the failing one: a known one to the same destination, else any known
 * one, else the same flow bound to another device, if the model says that it works.
 */
export function contrastOf(
  { flow, network, controls, trace }: Omit<DiagnosticCase, 'symptom'>,
  answers: Answers,
): Contrast | null {
  const same = controls.filter((control) => sameDestination(control.flow, flow));
  const devices = network.namespaces.get(netnsKey(flow.from))?.devices ?? [];
  const bound = devices
    .filter(({ details, addresses }) => details.kind !== 'loopback' && addresses.length > 0)
    .map(({ name }) => ({ flow: { ...flow, boundDevice: name }, observed: NOTHING_OBSERVED }));
  const variants = flow.arrivesOn === null && flow.boundDevice === null ? bound : [];
  for (const { flow: other, observed } of [...same, ...controls, ...variants]) {
    const outcome = trace(network, other, { answers }).outcomes.find(succeeds);
    if (outcome) return { flow: other, observed, outcome };
  }
  return null;
}

function sameDestination(a: Flow, b: Flow): boolean {
  return sameAddress(a.to, b.to) && a.port === b.port && a.protocol === b.protocol;
}
