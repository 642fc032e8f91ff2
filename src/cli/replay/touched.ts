import type { Places } from '../../agreement/places.ts';
import { refOf } from '../../agreement/places.ts';
import type { FlowReport } from '../../lab/report.ts';
import { netnsKey } from '../../packet/place.ts';
import type { Trace } from '../../trace/trace.ts';

/** Where a flow came by, in the model or on the kernel. */
export interface Touched {
  /** `netnsKey` of namespaces. */
  readonly places: ReadonlySet<string>;
  /** `netnsKey DEVICE`. */
  readonly devices: ReadonlySet<string>;
}

/** All namespaces and devices that any packet of the flow met, as the model or the kernel say. */
export function touchedBy(trace: Trace, reports: readonly FlowReport[], places: Places): Touched {
  const namespaces = new Set<string>();
  const devices = new Set<string>();
  const add = (key: string, ...names: readonly (string | null | undefined)[]): void => {
    namespaces.add(key);
    for (const name of names) if (name) devices.add(`${key} ${name}`);
  };
  for (const { packets } of trace.outcomes) {
    for (const { where, iif, oif } of packets.flatMap(({ steps }) => steps)) {
      add(netnsKey(where), iif, oif);
    }
  }
  const keyOf = (namespace: string): string | null => {
    const place = places.get(namespace);
    const ref = place ? refOf(place) : null;
    return ref && netnsKey(ref);
  };
  for (const { visits, sightings } of reports) {
    for (const { namespace, iif, oif } of visits) {
      const key = keyOf(namespace);
      if (key !== null) add(key, iif, oif);
    }
    for (const { namespace, device, packet } of sightings) {
      const key = keyOf(namespace);
      if (key !== null && packet) add(key, device);
    }
  }
  return { places: namespaces, devices };
}
