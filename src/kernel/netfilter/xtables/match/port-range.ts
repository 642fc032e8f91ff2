/** A range of ports, its ends included, as the protocol matches hold it. */
export interface PortRange {
  readonly negated: boolean;
  readonly first: number;
  readonly last: number;
}

/** Whether a port lies in a range; a missing range asks nothing. Linux: port_match(). */
export function portFits(range: PortRange | null, port: number): boolean {
  return range === null || (port >= range.first && port <= range.last) !== range.negated;
}
