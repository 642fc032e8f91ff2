import type { Address } from '../packet/address.ts';
import type { NetnsRef } from '../packet/place.ts';
import type { SourceRef } from '../packet/source-ref.ts';
import type { ConntrackEntry } from './conntrack/entry.ts';
import type { IpvsService } from './conntrack/ipvs-service.ts';
import type { Device, FdbEntry, Neighbour } from './device/device.ts';
import type { Ipset } from './netfilter/ipset.ts';
import type { Ruleset } from './netfilter/ruleset.ts';
import type { AddressLabel } from './routing/address-label.ts';
import type { RoutingState } from './routing/route.ts';
import type { Sysctls } from './sysctl.ts';

/**
 * All that is known of one network namespace. A field that is `undefined` is unknown: code that
 * needs it asks (see decide.ts). An empty array is known to be empty.
 */
export interface NetnsState {
  readonly ref: NetnsRef;
  readonly origin: Origin;
  /** Kernel release as `uname -r` prints it, for behaviour that changed between versions. */
  readonly kernelRelease: string | undefined;
  readonly devices: readonly Device[] | undefined;
  readonly routing: RoutingState;
  readonly sysctls: Sysctls;
  readonly ruleset: Ruleset;
  readonly ipsets: readonly Ipset[] | undefined;
  readonly conntrack: readonly ConntrackEntry[] | undefined;
  /** Virtual services of IPVS; absent: not collected. */
  readonly ipvs?: readonly IpvsService[] | undefined;
  readonly neighbours: readonly Neighbour[] | undefined;
  readonly fdb: readonly FdbEntry[] | undefined;
  readonly sockets: readonly ListeningSocket[] | undefined;
  /** `ip addrlabel`; undefined: what the kernel starts with. */
  readonly addressLabels?: readonly AddressLabel[] | undefined;
  /** `ip -6 neigh show proxy`: for whom a device answers; undefined: nobody. */
  readonly proxied6?: readonly ProxiedNeighbour[] | undefined;
}

/** An address for which a device answers although it is not ours. Linux: struct pneigh_entry. */
export interface ProxiedNeighbour {
  readonly address: Address;
  readonly device: string;
}

/**
 * Where the knowledge of a namespace comes from. `assumed`: not captured, built as a standard one
 * from other facts (a pod from its Service). `inferred`: built from evidence.
 */
export type Origin =
  | { readonly kind: 'captured' }
  | { readonly kind: 'assumed'; readonly because: string; readonly source: SourceRef | null }
  | { readonly kind: 'inferred'; readonly because: string; readonly source: SourceRef | null };

/** A socket that accepts new packets: TCP LISTEN or unconnected UDP. */
export interface ListeningSocket {
  readonly protocol: 'tcp' | 'udp';
  /** null: all addresses of the family (and, with `dualStack`, of both). */
  readonly address: Address | null;
  readonly family: 4 | 6;
  /** An IPv6 wildcard socket that also takes IPv4 (printed `*:port` by ss). */
  readonly dualStack: boolean;
  readonly port: number;
  /** SO_BINDTODEVICE (printed `addr%dev`), or null. */
  readonly device: string | null;
  /** The user that it belongs to; null where `ss` was not asked (`-e`). */
  readonly uid: number | null;
  readonly source: SourceRef | null;
}
