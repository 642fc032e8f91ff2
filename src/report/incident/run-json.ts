import { type Plain, plain } from '../json/plain.ts';
import type { IncidentRun } from './incident-run.ts';
import type { KeptPlace } from './render-kept.ts';

export const LAB_RUN_SCHEMA = 'hookline/lab-run/v1';

/** An incident's run as other programs read it. */
export interface RunJson extends Plain<IncidentRun> {
  readonly schema: typeof LAB_RUN_SCHEMA;
  readonly reproduced: boolean;
  /** Capture files that were written. */
  readonly captureFiles: readonly string[];
  /** The laboratory that stands, when it was asked for. */
  readonly kept: KeptPlace | null;
}

export function runJson(
  run: IncidentRun,
  captureFiles: readonly string[],
  kept: KeptPlace | null,
): RunJson {
  return {
    schema: LAB_RUN_SCHEMA,
    reproduced: run.mismatches.length === 0,
    ...plain(run),
    captureFiles,
    kept: kept && { pid: kept.pid, namespaces: kept.namespaces, enter: kept.enter },
  };
}
