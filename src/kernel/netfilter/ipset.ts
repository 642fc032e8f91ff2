import type { SourceRef } from '../../packet/source-ref.ts';

/** A set as `ipset save` writes it. Linux: net/netfilter/ipset. */
export interface Ipset {
  readonly name: string;
  /** e.g. `hash:ip,port`, `bitmap:port`, `list:set`. */
  readonly type: string;
  /** null: of any family, as bitmap:port, hash:mac and list:set are. */
  readonly family: 4 | 6 | null;
  /** `netmask` of hash:ip, hash:ip,port, hash:net,net and bitmap:ip: what is kept of an address; null keeps all. */
  readonly netmask: number | null;
  /** `markmask` of hash:ip,mark. */
  readonly markmask: number | null;
  readonly entries: readonly IpsetEntry[];
  /** Options of the set that change who is a member and are not modelled, e.g. `bitmask`. */
  readonly unsupported: readonly string[];
  readonly source: SourceRef | null;
}

export interface IpsetEntry {
  /** The element's text in its type's grammar, e.g. `10.0.0.0/8,tcp:80`. */
  readonly element: string;
  readonly nomatch: boolean;
  /** hash:net,iface: the device's name only begins so. */
  readonly wildcard: boolean;
  readonly source: SourceRef | null;
}
