import type { LabFlow } from '../../lab/flow.ts';
import { fromLine } from '../../lab/line-json.ts';
import type { FlowReport } from '../../lab/report.ts';
import type { Topology } from '../../lab/topology/topology.ts';

/** A case on which model and kernel once disagreed, kept for ever. */
export interface Regression {
  /** How it was found. */
  readonly origin: string;
  readonly topology: Topology;
  readonly flow: LabFlow;
  /** What the kernel did, so that the case can be repeated without one. */
  readonly recorded: {
    /** The collected snapshot, by path relative to its root. */
    readonly files: Readonly<Record<string, string>>;
    readonly report: FlowReport;
  };
}

/** Reads a file that `saveRegression` wrote. Throws what `JSON.parse` throws. */
export function readRegression(text: string): Regression {
  return fromLine(text) as Regression;
}
