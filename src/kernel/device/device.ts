import type { Address } from '../../packet/address.ts';
import type { NetnsRef } from '../../packet/place.ts';
import type { Prefix } from '../../packet/prefix.ts';
import type { SourceRef } from '../../packet/source-ref.ts';
import type { GeneveSettings, IpTunnelSettings, WireguardSettings } from './tunnel-settings.ts';

/** A network device (netdev) of a namespace with its addresses. */
export interface Device {
  readonly name: string;
  readonly ifindex: number;
  readonly mtu: number;
  /** IFF_UP. */
  readonly up: boolean;
  /** IFF_LOWER_UP; false means no carrier. */
  readonly carrier: boolean;
  readonly mac: string | null;
  /** True when the device needs no neighbour resolution (IFF_NOARP, point-to-point TUN). */
  readonly noArp: boolean;
  readonly promiscuous: boolean;
  /** `ip link set DEV group N`; absent where a name is listed that only the node can resolve. */
  readonly group?: number;
  /** The bridge, bond or VRF this device is a port of, by name. */
  readonly master: string | null;
  /** Set when `master` is a bridge. */
  readonly bridgePort: BridgePort | null;
  readonly addresses: readonly InterfaceAddress[];
  /** Of a bridge that filters VLANs, and of its ports; absent: not collected. */
  readonly vlans?: readonly BridgeVlan[];
  /** What may change packets at the edge of this device, as far as it was collected; absent: nothing is known. */
  readonly programs?: readonly DeviceProgram[];
  readonly details: DeviceDetails;
  readonly source: SourceRef | null;
}

/** A program, a place for filters, or a queue that loses packets, at a device. */
export interface DeviceProgram {
  readonly hook: 'xdp' | 'ingress' | 'egress';
  /** In words: `XDP program 12`, `filters of clsact`. */
  readonly what: string;
  /** False where it is more likely that it changes nothing. */
  readonly certain: boolean;
  readonly source: SourceRef | null;
}

/** An address of a device, in the kernel's order (the order decides source selection). */
export interface InterfaceAddress {
  readonly address: Address;
  readonly prefixLength: number;
  /** The other end of a point-to-point address. */
  readonly peer: Address | null;
  readonly scope: 'global' | 'site' | 'link' | 'host' | number;
  readonly secondary: boolean;
  readonly broadcast: Address | null;
  /** What is said of an IPv6 address beside; absent is nothing. */
  readonly flags?: readonly AddressFlag[];
}

/** Flags of IPv6 addresses that decide something. Linux: IFA_F_*. */
export const ADDRESS_FLAGS = [
  'deprecated',
  'tentative',
  'dadfailed',
  'optimistic',
  'temporary',
  'home',
  'noprefixroute',
] as const;

export type AddressFlag = (typeof ADDRESS_FLAGS)[number];

export type DeviceDetails =
  | { readonly kind: 'loopback' }
  | { readonly kind: 'ethernet' }
  | {
      readonly kind: 'veth';
      /** ifindex of the other end, in its own namespace. */
      readonly peerIfindex: number | null;
      /** The kernel's id of the peer's namespace as seen from here; null when it is this one. */
      readonly peerNetnsId: number | null;
    }
  | { readonly kind: 'bridge'; readonly bridge: BridgeSettings }
  | { readonly kind: 'vxlan'; readonly vxlan: VxlanSettings }
  | { readonly kind: 'tun'; readonly tun: TunSettings }
  | { readonly kind: 'ip-tunnel'; readonly tunnel: IpTunnelSettings }
  | { readonly kind: 'geneve'; readonly geneve: GeneveSettings }
  /** Undefined: not collected. */
  | { readonly kind: 'wireguard'; readonly wireguard: WireguardSettings | undefined }
  /** 802.1Q. */
  | { readonly kind: 'vlan'; readonly id: number; readonly below: LowerLink }
  | {
      readonly kind: 'macvlan';
      readonly mode: 'bridge' | 'private' | 'vepa' | 'passthru' | 'source';
      readonly below: LowerLink;
    }
  | {
      readonly kind: 'bond';
      readonly mode: string;
      /** The port that an active-backup bond uses now; null for other modes, and where none is. */
      readonly active: string | null;
    }
  /** Takes every packet and keeps none. */
  | { readonly kind: 'dummy' }
  | {
      readonly kind: 'other';
      /** `linkinfo.info_kind`, e.g. `ipvlan`, `team`, `gretap`. */
      readonly infoKind: string;
    };

/** The device that another one sends by, as `ip link` of its namespace names it. */
export interface LowerLink {
  readonly ifindex: number | null;
  /** The kernel's id of that device's namespace as seen from here; null when it is this one. */
  readonly netnsId: number | null;
}

/** VLANs that a port of a bridge has, all numbers from `first` to `last`. */
export interface BridgeVlan {
  readonly first: number;
  readonly last: number;
  /** Untagged frames that come in are of it. */
  readonly pvid: boolean;
  /** Its frames leave without a tag. */
  readonly untagged: boolean;
}

export interface BridgeSettings {
  readonly vlanFiltering: boolean;
  /** `nf_call_iptables` of the bridge itself; the namespace's sysctl is or-ed with it. */
  readonly nfCallIptables: boolean;
  /** The same for IPv6; absent is false. */
  readonly nfCallIp6tables?: boolean;
}

/** Settings of a bridge's port; any device kind can be one. */
export interface BridgePort {
  readonly state: 'disabled' | 'listening' | 'learning' | 'forwarding' | 'blocking';
  readonly hairpin: boolean;
  readonly isolated: boolean;
  readonly learning: boolean;
  readonly flood: boolean;
}

export interface VxlanSettings {
  readonly vni: number;
  readonly port: number;
  readonly local: Address | null;
  /** Default destination when the FDB has none. */
  readonly remote: Address | null;
  /** Device the outer packet is bound to. */
  readonly link: string | null;
  readonly learning: boolean;
}

/** Who reads the other side of a TUN device. */
export interface TunSettings {
  readonly mode: 'tun' | 'tap';
  readonly reader: TunReader;
}

/**
 * The program behind a TUN device. flannel's udp backend sends each packet in a UDP datagram to
 * the node that leases the destination's subnet (proxy_amd64.c: decrements TTL on both ends).
 */
export type TunReader =
  | {
      readonly kind: 'flannel-udp';
      /** What its socket is bound to; null where that is not known. */
      readonly local: Address | null;
      readonly port: number;
      readonly leases: readonly TunLease[];
    }
  | { readonly kind: 'unknown' };

/** A flannel lease: traffic for `subnet` goes to `publicAddress`. */
export interface TunLease {
  readonly subnet: Prefix;
  readonly publicAddress: Address;
  readonly node: string;
}

export interface Neighbour {
  readonly address: Address;
  readonly device: string;
  readonly mac: string | null;
  readonly states: readonly string[];
  /** IPv6: it said that it is a router; absent: it did not. */
  readonly router?: true;
  readonly source: SourceRef | null;
}

export interface FdbEntry {
  readonly mac: string;
  readonly device: string;
  /** Remote VTEP, for VXLAN devices. */
  readonly destination: Address | null;
  readonly permanent: boolean;
  readonly source: SourceRef | null;
}

/** One end of a wire: a device in a namespace. */
export interface DeviceRef {
  readonly netns: NetnsRef;
  readonly device: string;
}
