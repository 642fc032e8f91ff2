import type { CounterDelta } from '../../evidence/counter.ts';
import type { DropSighting } from '../../evidence/drop.ts';
import type { Evidence } from '../../evidence/evidence.ts';
import type { Observation } from '../../evidence/observation.ts';
import type { SocketState } from '../../evidence/socket-state.ts';
import type { TrackedConnection } from '../../evidence/tracked-connection.ts';

/** What speaks of a flow beside captured and logged packets. */
export interface Witnesses {
  readonly drops: readonly DropSighting[];
  readonly tracked: readonly TrackedConnection[];
  readonly sockets: readonly SocketState[];
  /** Steps of traces at which a rule decided. */
  readonly verdicts: readonly Observation[];
  /** How much the statistics of devices grew. */
  readonly devices: readonly CounterDelta[];
}

const NO_WITNESSES: Witnesses = {
  drops: [],
  tracked: [],
  sockets: [],
  verdicts: [],
  devices: [],
};

export function witnessesOf(evidence: Evidence | null): Witnesses {
  if (!evidence) return NO_WITNESSES;
  return {
    drops: evidence.drops,
    tracked: evidence.tracked,
    sockets: evidence.sockets,
    verdicts: evidence.observations.filter(({ vantage }) => vantage.verdict !== null),
    devices: evidence.counters.filter(({ device }) => device !== null),
  };
}
