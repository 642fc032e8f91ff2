import type { Flow } from '../../packet/flow.ts';
import type { Ending } from '../ending.ts';
import type { Fit } from '../fit.ts';
import { compareWithDevices } from './devices.ts';
import { compareWithDrops } from './drops.ts';
import { compareWithSockets } from './sockets.ts';
import { compareWithTracked } from './tracked.ts';
import { compareWithVerdicts } from './verdicts.ts';
import type { Witnesses } from './witnesses.ts';

/** Holds an ending against all that speaks of the flow beside its packets. */
export function compareWithWitnesses(
  ending: Ending,
  flow: Flow,
  witnesses: Witnesses,
): readonly Fit[] {
  return [
    compareWithDrops(ending, witnesses.drops),
    compareWithVerdicts(ending, witnesses.verdicts),
    compareWithTracked(ending, flow, witnesses.tracked),
    compareWithSockets(ending, flow, witnesses.sockets),
    compareWithDevices(ending, witnesses.devices),
  ];
}
