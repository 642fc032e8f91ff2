import type { Address } from '../packet/address.ts';
import type { Prefix } from '../packet/prefix.ts';
import type { SourceRef } from '../packet/source-ref.ts';

/** What flanneld leases to its node, from /run/flannel/subnet.env. */
export interface FlannelSubnet {
  readonly network: Prefix | null;
  /** The node's subnet; its address is the bridge's. */
  readonly subnet: Prefix;
  readonly mtu: number | null;
  readonly masquerade: boolean | null;
  readonly source: SourceRef;
}

/** What flanneld writes to its Node object, `flannel.alpha.coreos.com/...`. */
export interface FlannelAnnotations {
  readonly publicAddress: Address | null;
  /** `vxlan`, `udp`, `host-gw`... */
  readonly backend: string | null;
}

/** Port of flannel's udp backend, on both ends. */
export const FLANNEL_UDP_PORT = 8285;
