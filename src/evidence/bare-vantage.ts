import type { Vantage } from './observation.ts';

/** A vantage point of which nothing is known yet: what a format shows is laid over it. */
export const BARE_VANTAGE: Omit<Vantage, 'kind'> = {
  node: null,
  netns: null,
  device: null,
  hook: null,
  table: null,
  chain: null,
  rule: null,
  ruleText: null,
  verdict: null,
  traceId: null,
  iif: null,
  oif: null,
  physin: null,
  physout: null,
  direction: null,
  label: '',
  group: '',
};
