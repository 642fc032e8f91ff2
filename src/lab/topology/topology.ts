/**
 * A laboratory as data: what `ip`, `bridge`, `sysctl`, `iptables-restore`, `nft -f` and `ipset restore` are
 * told to make. It is JSON, so that a case can be written down, shrunk and repeated.
 */
export interface Topology {
  readonly namespaces: readonly LabNamespace[];
  /** Wires between namespaces. Both ends' other settings are in their namespaces' `ip` lines. */
  readonly cables: readonly Cable[];
  /** Shared underlays: a bridge in a namespace of its own, which routes nothing. */
  readonly segments: readonly Segment[];
  /**
   * Go on after a line or command that fails, and name it in `BuildReport.failed`: a replay shows
   * what could not be rebuilt. Absent: the first failure rejects the build.
   */
  readonly tolerant?: boolean;
}

export interface LabNamespace {
  /** Unique, also the name that `ip netns` shows inside the laboratory; not `segment-...`. */
  readonly name: string;
  /** The place in a snapshot: a node's host namespace, or a pod's (`netns`) on its node. */
  readonly place: LabPlace;
  /** Made before everything that names them. TUN relays carry a flannel-udp overlay. */
  readonly tunnels?: readonly TunRelay[];
  /**
   * Lines for `ip -batch`, in order, run when cables and segments are there: bridges, VXLAN,
   * addresses, links up, routes, rules, neighbours (`link add cni0 type bridge`).
   */
  readonly ip?: readonly string[];
  /** Lines for `bridge -batch`: FDB entries, port flags. Run after `ip`. */
  readonly bridge?: readonly string[];
  /** Names as `sysctl` prints them (`net.ipv4.conf.eth0/1.rp_filter` for a dot in a name). */
  readonly sysctls?: Readonly<Record<string, string>>;
  /** For `ipset restore`. Run before the rulesets. */
  readonly ipsets?: string;
  /** For `iptables-legacy-restore`, `iptables-nft-restore`, and their IPv6 likes. */
  readonly iptablesLegacy?: string;
  readonly iptablesNft?: string;
  readonly ip6tablesLegacy?: string;
  readonly ip6tablesNft?: string;
  /** For `nft -f`. */
  readonly nft?: string;
  /** Commands that nothing above can express; run last, in order. */
  readonly commands?: readonly (readonly string[])[];
  readonly listeners?: readonly Listener[];
}

export type LabPlace =
  | { readonly kind: 'node'; readonly node: string }
  | { readonly kind: 'pod'; readonly node: string; readonly netns: string }
  /** A host that a snapshot does not hold: its packets are evidence only. */
  | { readonly kind: 'outside' };

export interface Cable {
  readonly ends: readonly [CableEnd, CableEnd];
}

export interface CableEnd {
  readonly namespace: string;
  readonly device: string;
  readonly mac?: string;
  readonly mtu?: number;
  /** The interface index to ask for, where a recording fixes it. */
  readonly index?: number;
}

/**
 * A bridge `fabric` in a namespace `segment-NAME`. Its ports are `port0`, `port1`, ... in the order of the
 * members, so that a filter can name them.
 */
export interface Segment {
  readonly name: string;
  readonly members: readonly CableEnd[];
  /** An nft ruleset (family bridge) in the fabric: anti-spoofing, a filter, a lossy wire. */
  readonly filter?: string;
  readonly mtu?: number;
}

/**
 * A TUN device whose packets travel in plain UDP between nodes, as flannel's udp backend does:
 * the next hop is found by the destination's lease, TTL is decremented, an unknown destination is
 * answered with ICMP net unreachable. flannel: pkg/backend/udp/proxy_amd64.c.
 */
export interface TunRelay {
  readonly device: string;
  readonly mtu: number;
  /**
   * The overlay address of this end and the whole overlay network's length (`192.168.82.0/16`). Building
   * adds it to the device and sets the device up, as flannel does.
   */
  readonly address: string;
  /** Local underlay address and port of the relay's socket. */
  readonly local: string;
  readonly port: number;
  /**
   * `node`: the underlay address of the relay that serves the subnet, or the name of a node of this
   * topology that has one. The port is that relay's, or our own.
   */
  readonly leases: readonly { readonly subnet: string; readonly node: string }[];
}

/** A program that accepts and answers with one line: who it is, and which source it saw. */
export interface Listener {
  readonly protocol: 'tcp' | 'udp';
  readonly port: number;
  /** Bound address; absent is any. */
  readonly address?: string;
  /** SO_BINDTODEVICE. */
  readonly device?: string;
}
