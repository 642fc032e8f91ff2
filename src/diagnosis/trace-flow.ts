import type { Network } from '../kernel/network.ts';
import type { Flow } from '../packet/flow.ts';
import type { Trace } from '../trace/trace.ts';

/** Answers to questions of the model, by question id: the option's value. */
export type Answers = ReadonlyMap<string, string>;

/**
 * The model, as diagnosis sees it. It is an argument everywhere, so that the search can be
 * tested against a small one.
 */
export type TraceFlow = (
  network: Network,
  flow: Flow,
  options: { readonly answers?: Answers; readonly maxBranches?: number },
) => Trace;
