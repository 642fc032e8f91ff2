import type { Address } from '../../packet/address.ts';
import type { NetnsState } from '../netns-state.ts';
import type { Run } from '../run.ts';
import type { Connection } from './connection.ts';
import type { Manip } from './manip.ts';
import { invertTuple, isIcmp } from './packet-tuple.ts';
import { isTaken } from './table.ts';
import type { Tuple } from './tuple.ts';

/** What a mapping may choose from. Linux: struct nf_nat_range2. */
export interface NatRange {
  /** Null keeps the address. */
  readonly addresses: { readonly first: Address; readonly last: Address } | null;
  /** Null: the kernel's own ranges, and only if the port is taken. */
  readonly ports: { readonly first: number; readonly last: number } | null;
  /** Where the search begins is as far into the ports as the packet's port is from this one. */
  readonly basePort?: number;
  readonly random: boolean;
  readonly persistent: boolean;
}

/** A mapping that is to be found. */
export interface Choice {
  readonly run: Run;
  readonly netns: NetnsState;
  readonly connection: Connection;
  readonly range: NatRange;
  readonly manip: Manip;
}

/** Whether another connection's answers have a tuple already. */
export function taken(tuple: Tuple, { run, netns, connection }: Choice): boolean {
  return isTaken(run, netns, invertTuple(tuple), connection);
}

/** An ICMP identifier stands in the source's place whichever end is mapped. */
export function portOf(tuple: Tuple, manip: Manip): number {
  return manip === 'src' || isIcmp(tuple) ? tuple.sport : tuple.dport;
}

/** The tuple with another port, or identifier. */
export function withPort(tuple: Tuple, manip: Manip, port: number): Tuple {
  return manip === 'src' || isIcmp(tuple) ? { ...tuple, sport: port } : { ...tuple, dport: port };
}
