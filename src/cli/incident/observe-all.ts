import type { ObservePlan } from '../../lab/lab.ts';

/** Incidents are sent one by one: everything is watched. */
export const OBSERVE_ALL: ObservePlan = {
  hooks: true,
  captures: true,
  drops: true,
  conntrack: true,
  counters: true,
};
