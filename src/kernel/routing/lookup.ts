import type { Errno } from '../../linux/errno.ts';
import type { Address } from '../../packet/address.ts';
import type { Packet } from '../../packet/packet.ts';
import type { SourceChoice } from '../step.ts';
import type { Route } from './route.ts';

/** The key of an output route lookup. Linux: struct flowi4. */
export interface OutputKey {
  readonly destination: Address;
  /** Bound or already chosen source; null lets the lookup choose. */
  readonly source: Address | null;
  /** SO_BINDTODEVICE or IP_PKTINFO device, else null. */
  readonly oif: string | null;
  readonly mark: number;
  readonly tos: number;
  readonly protocol: number;
  readonly sport: number;
  readonly dport: number;
  readonly uid: number | null;
  /** FLOWI_FLAG_ANYSRC: the source need not be local (reroute, transparent sockets). */
  readonly anySource: boolean;
  /**
   * IPv6: routes by `oif` are only preferred, as where an answer should leave as its question came.
   * Linux: flowi6_oif without a socket that is bound.
   */
  readonly anyDevice?: true;
}

/** Result of ip_route_output_key(). */
export type OutputRoute =
  | {
      readonly kind: 'route';
      readonly type: 'unicast' | 'local' | 'broadcast' | 'multicast';
      readonly device: string;
      readonly gateway: Address | null;
      readonly source: Address;
      readonly sourceChoice: SourceChoice;
      /** Path MTU of the route: its mtu metric or the device's MTU, bytes. */
      readonly mtu: number;
      readonly table: string | null;
      /** Null for the on-link assumption of a bound device and for host routes without FIB. */
      readonly route: Route | null;
    }
  | { readonly kind: 'error'; readonly errno: Errno; readonly route: Route | null };

/** The key of an input route lookup. */
export interface InputKey {
  readonly packet: Packet;
  readonly iif: string;
  readonly mark: number;
}

/** What source validation found. Linux: fib_validate_source(). */
export interface SourceValidation {
  readonly mode: 0 | 1 | 2;
  readonly passed: boolean;
  /** Device by which the source would be reached, when a reverse lookup was made. */
  readonly reverseDevice: string | null;
  readonly reverseRoute: Route | null;
}

/** Result of ip_route_input_slow(). */
export type InputRoute =
  | {
      readonly kind: 'local';
      readonly route: Route | null;
      readonly validation: SourceValidation;
    }
  | { readonly kind: 'broadcast'; readonly validation: SourceValidation }
  | {
      readonly kind: 'forward';
      readonly device: string;
      readonly gateway: Address | null;
      readonly mtu: number;
      readonly table: string | null;
      readonly route: Route | null;
      readonly validation: SourceValidation;
    }
  | {
      readonly kind: 'drop';
      /** IP_RPFILTER, IP_LOCALNET, IP_LOCAL_SOURCE, IP_INVALID_SOURCE, IP_INVALID_DEST... */
      readonly reason: string;
      readonly validation: SourceValidation | null;
    }
  | {
      /** ip_error(): dropped, with an ICMP error when forwarding is on. */
      readonly kind: 'error';
      readonly errno: Errno;
      readonly reason: string;
      readonly icmp: 'net-unreachable' | 'host-unreachable' | 'packet-filtered' | null;
      readonly route: Route | null;
    };
