import type { Address } from '../packet/address.ts';

/** The packets of one direction of a flow, counted over a whole capture. */
export interface FlowCount {
  readonly source: Address;
  readonly destination: Address;
  readonly protocol: number;
  /** Ports; of an echo its identifier, twice; null for protocols without. */
  readonly sport: number | null;
  readonly dport: number | null;
  readonly packets: number;
  /** IP lengths on the wire. */
  readonly bytes: number;
  /** Seconds since 1970; null when the capture has no times. */
  readonly first: number | null;
  readonly last: number | null;
  /** TCP packets with these flags; `synAcks` are not counted as `syns`. */
  readonly syns: number;
  readonly synAcks: number;
  readonly fins: number;
  readonly resets: number;
}

/** Every flow of a capture that had too many packets to keep each. */
export interface FlowTotals {
  /** In the order of their first packets. */
  readonly flows: readonly FlowCount[];
  /** Packets of further flows, when there were too many to count each. */
  readonly uncounted: number;
}

/** Both directions of a flow; `back` is null when nothing came back. */
export interface FlowPair {
  readonly there: FlowCount;
  readonly back: FlowCount | null;
}

/** Puts the two directions of each flow together; what was seen first goes there. */
export function pairFlows(flows: readonly FlowCount[]): readonly FlowPair[] {
  const pairs = new Map<string, { there: FlowCount; back: FlowCount | null }>();
  for (const flow of flows) {
    const { source, destination, protocol, sport, dport } = flow;
    const from = `${source.bits}/${sport}`;
    const to = `${destination.bits}/${dport}`;
    const opposite = pairs.get(`${protocol} ${to} ${from}`);
    if (opposite && opposite.back === null) opposite.back = flow;
    else pairs.set(`${protocol} ${from} ${to}`, { there: flow, back: null });
  }
  return [...pairs.values()];
}
