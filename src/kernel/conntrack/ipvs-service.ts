import { type Address, sameAddress } from '../../packet/address.ts';
import type { SourceRef } from '../../packet/source-ref.ts';
import type { Tuple } from './tuple.ts';

/** A virtual service of IPVS, as ipvsadm(8) lists it. */
export interface IpvsService {
  readonly match:
    | {
        readonly kind: 'address';
        readonly protocol: number;
        readonly address: Address;
        /** 0 takes every port. */
        readonly port: number;
      }
    | { readonly kind: 'fwmark'; readonly mark: number; readonly family: 4 | 6 };
  /** `rr`, `wrr`, `lc`... as listed. */
  readonly scheduler: string;
  /** Seconds for which a client keeps its server; null: every connection is scheduled. */
  readonly persistence: number | null;
  /** One packet is a connection (`-o`): no answer is expected. */
  readonly onePacket: boolean;
  readonly servers: readonly IpvsServer[];
  readonly source: SourceRef | null;
}

export interface IpvsServer {
  readonly address: Address;
  /** 0 keeps the port of the service. */
  readonly port: number;
  readonly method: 'masquerade' | 'tunnel' | 'direct-route';
  /** 0: gets no new connections. */
  readonly weight: number;
  readonly source: SourceRef | null;
}

/**
 * The service that takes a packet: one of its mark, of its address and port, or of its address and
 * every port. Linux: ip_vs_service_find().
 */
export function findIpvsService(
  services: readonly IpvsService[],
  { protocol, destination, dport }: Tuple,
  mark: number,
): IpvsService | null {
  const at = (port: number): IpvsService | undefined =>
    services.find(
      ({ match }) =>
        match.kind === 'address' &&
        match.protocol === protocol &&
        match.port === port &&
        sameAddress(match.address, destination),
    );
  const marked =
    mark === 0
      ? undefined
      : services.find(
          ({ match }) =>
            match.kind === 'fwmark' && match.mark === mark && match.family === destination.family,
        );
  return marked ?? at(dport) ?? at(0) ?? null;
}
