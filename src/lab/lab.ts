import type { Injection, LabFlow } from './flow.ts';
import type { FlowReport } from './report.ts';
import type { LabNamespace, Topology } from './topology/topology.ts';

/**
 * The calls that the host process of a laboratory answers. Everything is data: the host runs in
 * mount, PID and network namespaces of its own, which vanish with it.
 */
export interface HostCalls {
  /** Makes namespaces, wires and state. Rejects with the command and its error text. */
  build(topology: Topology): BuildReport;
  /** Adds or replaces state of one namespace that stands: rules, sysctls, `ip` lines, listeners. */
  change(change: Pick<LabNamespace, 'name'> & Partial<LabNamespace>): BuildReport;
  /** Runs commands in namespaces, in order; a failing command is an answer, not an error. */
  run(commands: readonly LabCommand[]): readonly CommandReport[];
  /** Sends flows one after the other and observes each. */
  send(request: SendRequest): readonly FlowReport[];
  /**
   * Runs the users' collector in places of the laboratory and returns the snapshot's files by path:
   * `nodes/NODE/ip-link.json`, and a `snapshot.json` with the underlays of the built topology.
   */
  collect(request: CollectRequest): Readonly<Record<string, string>>;
  /** Removes what `build` made; the host can build again. */
  clear(request: Record<string, never>): null;
}

export interface BuildReport {
  /** Lines and commands that failed and were allowed to (`Topology.tolerant`); empty otherwise. */
  readonly failed: readonly CommandReport[];
}

/** Where to collect: nodes, each with its pods. Absent `places`: what the topology's places say. */
export interface CollectRequest {
  readonly places?: readonly CollectPlace[];
}

export interface CollectPlace {
  /** Name of the node's namespace in the laboratory. */
  readonly namespace: string;
  /** The folder of the snapshot: `nodes/NODE`. */
  readonly node: string;
  readonly pods: readonly { readonly namespace: string; readonly netns: string }[];
}

export interface LabCommand {
  /** Null: the laboratory's own empty namespace. */
  readonly namespace: string | null;
  readonly argv: readonly string[];
  readonly input?: string;
  /** Milliseconds until it is killed; default 10,000. */
  readonly timeout?: number;
}

export interface CommandReport {
  readonly argv: readonly string[];
  readonly namespace: string | null;
  /** Exit code; null when it was killed or could not start. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface SendRequest {
  readonly flows: readonly LabFlow[];
  readonly injections?: readonly Injection[];
  readonly observe: ObservePlan;
  /** Let all namespaces forget connections, neighbours and route changes before each flow. */
  readonly forget?: boolean;
}

/** What to watch. Watching less is faster; the client's result is always there. */
export interface ObservePlan {
  /** Hook visits and rule hits: an own nft table that sets nftrace, in every namespace. */
  readonly hooks: boolean;
  /** Every device, with whole frames. */
  readonly captures: boolean;
  /** Drop reasons from a tracefs instance of our own. */
  readonly drops: boolean;
  readonly conntrack: boolean;
  readonly counters: boolean;
  /** Milliseconds of silence after which a flow counts as settled; default 20. */
  readonly quiet?: number;
  /** Milliseconds that a flow may take in all; default 4000. */
  readonly patience?: number;
}

/** A laboratory that stands. Closing it, or the end of this process, removes all of it. */
export type Lab = {
  readonly [Call in keyof HostCalls]: (
    request: Parameters<HostCalls[Call]>[0],
  ) => Promise<ReturnType<HostCalls[Call]>>;
} & {
  /** The host's PID outside: `nsenter -t PID -m -p -n` enters the laboratory. */
  readonly pid: number;
  readonly close: () => Promise<void>;
  /**
   * Lets the laboratory stand when this process ends, until `kill PID` or `hookline lab clean`.
   * Rejects when it was not opened to stay. After this the handle is closed. Resolves to how to find it.
   */
  readonly keep: () => Promise<KeptLab>;
};

/** A laboratory that stands without the process that opened it. */
export interface KeptLab {
  /** The host outside; `kill PID` removes all. */
  readonly pid: number;
  /** Enters the laboratory, before a command: `nsenter ... ip netns exec NAME sh`. */
  readonly enter: readonly string[];
  /** Of `/proc/PID/stat`: tells a reused PID from this one. */
  readonly startTime: string;
  readonly namespaces: readonly string[];
}
