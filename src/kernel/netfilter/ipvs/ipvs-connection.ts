import { netnsKey } from '../../../packet/place.ts';
import type { Connection } from '../../conntrack/connection.ts';
import type { IpvsServer, IpvsService } from '../../conntrack/ipvs-service.ts';
import { sameTuple } from '../../conntrack/packet-tuple.ts';
import type { Tuple } from '../../conntrack/tuple.ts';
import type { NetnsState } from '../../netns-state.ts';
import type { Run } from '../../run.ts';

/** A connection that IPVS gave to a server. Linux: struct ip_vs_conn. */
export interface IpvsConnection {
  /** From the client to the service. */
  readonly request: Tuple;
  /** From the server to the client. */
  readonly answer: Tuple;
  readonly service: IpvsService;
  readonly server: IpvsServer;
  /** IP_VS_CONN_F_NFCT: conntrack goes on tracking its packets. */
  readonly tracked: boolean;
}

const tables = new WeakMap<readonly Connection[], IpvsConnection[]>();

/** The connections of a namespace during a run; they live as long as its connection table. */
export function ipvsConnections(run: Run, netns: NetnsState): IpvsConnection[] {
  const table = run.connections(netnsKey(netns.ref));
  const known = tables.get(table) ?? [];
  tables.set(table, known);
  return known;
}

/** The connection that a packet of a client or of a server belongs to. */
export function findIpvsConnection(
  run: Run,
  netns: NetnsState,
  tuple: Tuple,
  way: 'request' | 'answer',
): IpvsConnection | null {
  return ipvsConnections(run, netns).find((one) => sameTuple(one[way], tuple)) ?? null;
}
