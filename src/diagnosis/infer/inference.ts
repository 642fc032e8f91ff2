import type { Network } from '../../kernel/network.ts';
import type { NetnsRef } from '../../packet/place.ts';
import type { Prefix } from '../../packet/prefix.ts';
import type { InferredFact } from '../diagnosis.ts';
import type { Places } from '../observed-flow.ts';

/** A network that is built from evidence, and what in it is only a stand-in. */
export interface Inference {
  readonly network: Network;
  readonly client: NetnsRef;
  readonly endpointNode: NetnsRef;
  readonly arrivesOn: string | null;
  readonly places: Places;
  readonly facts: readonly InferredFact[];
  readonly standIns: StandIns;
  readonly overlayNetwork: Prefix | null;
  readonly serviceNetwork: Prefix | null;
}

/** Names and addresses that the model needs and nobody knows: no command may contain one. */
export interface StandIns {
  /** `node device`. */
  readonly devices: ReadonlySet<string>;
  readonly addresses: ReadonlySet<string>;
}

export const NO_STAND_INS: StandIns = { devices: new Set(), addresses: new Set() };
