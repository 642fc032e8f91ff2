import type { NetnsRef } from '../packet/place.ts';
import type { SourceRef } from '../packet/source-ref.ts';
import type { Connection } from './conntrack/connection.ts';
import type { Decider } from './decide.ts';
import type { RuleWatch } from './netfilter/explain/rule-watch.ts';
import type { HookVisit, Step } from './step.ts';

/**
 * One run of a flow through the model: the answers it is given, the steps it leaves and the
 * connections it makes. A run belongs to one branch and is thrown away after it.
 */
export interface Run {
  readonly decider: Decider;
  record(step: Step): void;
  /** A packet met a hook. */
  visit(visit: HookVisit): void;
  /** The connection table of a namespace, by `netnsKey`; loaded from the snapshot on first use. */
  connections(netns: string): Connection[];
  /** Names a construct the packet met that the model does not support. */
  unsupported(what: UnsupportedUse): void;
  /** Absent when nobody asks why a rule did not match. */
  readonly watch?: RuleWatch;
}

/** An unsupported construct that a packet really met. */
export interface UnsupportedUse {
  readonly construct: string;
  readonly where: NetnsRef;
  readonly source: SourceRef | null;
}
