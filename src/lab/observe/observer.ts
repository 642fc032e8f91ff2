import type { ObservePlan } from '../lab.ts';
import type { FlowReport } from '../report.ts';

/** What an observer needs of the host: the namespaces that stand, and work done inside one. */
export interface HostContext {
  names(): readonly string[];
  /** Runs synchronous work with this thread inside a namespace: sockets and processes stay there. */
  inside<T>(name: string, work: () => T): T;
}

/** Watches all namespaces of a laboratory while flows are sent, one after the other. */
export interface Observer {
  /** Forgets what was seen so far: what follows belongs to the next flow. */
  begin(): void;
  /** Grows with every packet event; a flow has settled when it stands still and nothing is pending. */
  activity(): number;
  /** What was seen since `begin`. Waits until the kernel's own buffers have been read. */
  end(): Promise<Omit<FlowReport, 'id' | 'client'>>;
  /** Ends all processes and sockets and removes what was added to the machine. */
  close(): Promise<void>;
}

/** Starts observing; what cannot be observed here is named in every report's `blind`. */
export type StartObserver = (context: HostContext, plan: ObservePlan) => Promise<Observer>;
