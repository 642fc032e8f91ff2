import type { TrackedConnection } from '../tracked-connection.ts';
import { trackedKey } from './tuple.ts';

/**
 * Which tuples are one direction of one connection, whatever NAT made of it: conntrack entries
 * prove it, and so does each packet that was recognised by its own numbers at two places.
 */
export interface Flows {
  /** The same for all tuples that are one flow. */
  readonly of: (tupleKey: string) => string;
  readonly unite: (tupleKeys: Iterable<string>) => void;
}

export function flowsOf(tracked: readonly TrackedConnection[]): Flows {
  const parent = new Map<string, string>();
  const of = (key: string): string => {
    let at = key;
    for (let up = parent.get(at); up !== undefined; up = parent.get(at)) {
      const above = parent.get(up);
      if (above !== undefined) parent.set(at, above);
      at = up;
    }
    return at;
  };
  const unite = (keys: Iterable<string>): void => {
    let root: string | null = null;
    for (const key of keys) {
      const own = of(key);
      if (root === null) root = own;
      else if (own !== root) parent.set(own, root);
    }
  };
  for (const { protocol, original, reply } of tracked) {
    const key = (source: typeof original, destination: typeof original): string =>
      trackedKey(protocol, {
        ...source,
        destination: destination.destination,
        dport: destination.dport,
      });
    const there = { ...reply, source: reply.destination, sport: reply.dport };
    const answered = { ...reply, destination: reply.source, dport: reply.sport };
    const back = { ...original, source: original.destination, sport: original.dport };
    const asked = { ...original, destination: original.source, dport: original.sport };
    // Before, between and after the translations of destination and source.
    unite([key(original, original), key(original, answered), key(there, answered)]);
    unite([key(reply, reply), key(reply, asked), key(back, asked)]);
  }
  return { of, unite };
}
