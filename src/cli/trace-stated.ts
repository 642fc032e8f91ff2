import type { Network } from '../kernel/network.ts';
import type { Flow } from '../packet/flow.ts';
import { assumeClient } from '../snapshot/assumed-client.ts';
import type { Trace } from '../trace/trace.ts';
import { type TraceOptions, traceFlow } from '../trace/tracer.ts';

/** Traces a flow, with the client that the flow's own words state. See assumeClient(). */
export function traceStated(network: Network, flow: Flow, options?: TraceOptions): Trace {
  return traceFlow(assumeClient(network, flow), flow, options);
}
