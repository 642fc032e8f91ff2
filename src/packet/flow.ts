import type { Address } from './address.ts';
import type { NetnsRef } from './place.ts';

/**
 * What was asked: a client somewhere talks to an address. Not a packet: a flow has no headers
 * yet, the kernel model chooses them.
 */
export interface Flow {
  /** Where the client runs, or where the packet arrives when `arrivesOn` is set. */
  readonly from: NetnsRef;
  /** The device on which a packet from outside arrives; its source is then `boundSource`. */
  readonly arrivesOn: string | null;
  readonly to: Address;
  /** Destination port; 0 for ICMP. */
  readonly port: number;
  readonly protocol: 'tcp' | 'udp' | 'icmp' | 'sctp';
  /** An address the client's socket is bound to, like `curl --interface IP`. */
  readonly boundSource: Address | null;
  /** A device the client's socket is bound to (SO_BINDTODEVICE), like `curl --interface DEV`. */
  readonly boundDevice: string | null;
  /** Client port; null lets the kernel choose an ephemeral one. */
  readonly sport: number | null;
  /** SO_MARK of the client's socket; 0 is none. */
  readonly mark: number;
  /** The user that the client's program runs as; null or absent: not known. */
  readonly uid?: number | null;
}
