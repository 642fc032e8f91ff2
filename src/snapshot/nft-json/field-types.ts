import type { CtKey } from '../../kernel/netfilter/nft/expression/ct.ts';
import type { MetaKey } from '../../kernel/netfilter/nft/expression/meta.ts';
import type { PayloadProtocol } from '../../kernel/netfilter/nft/expression/payload.ts';
import {
  BOOLEAN,
  CLASS_ID,
  CT_DIRECTION,
  CT_STATE,
  CT_STATUS,
  type DataType,
  DSCP_VALUE,
  ECN_VALUE,
  ETHER_ADDR,
  ETHER_TYPE,
  FIB_TYPE,
  ICMP_CODE,
  ICMP_TYPE,
  ICMPV6_CODE,
  ICMPV6_TYPE,
  IFACE_INDEX,
  IFNAME,
  INET_PROTO,
  INET_SERVICE,
  INTEGER,
  IPV4_ADDR,
  IPV6_ADDR,
  LINK_TYPE,
  MARK,
  NF_PROTO,
  OPAQUE,
  PACKET_TYPE,
  TCP_FLAG,
  TIME,
  UID,
} from './data-type.ts';

type Fields = Readonly<Record<string, DataType>>;

const integers = (...names: readonly string[]): Fields =>
  Object.fromEntries(names.map((name) => [name, INTEGER]));

const PORTS: Fields = { sport: INET_SERVICE, dport: INET_SERVICE };

/** The header fields that nft knows, with their types. Source: nft(8), "PAYLOAD EXPRESSIONS". */
export const PAYLOAD_TYPES: Readonly<Record<PayloadProtocol, Fields>> = {
  ether: { saddr: ETHER_ADDR, daddr: ETHER_ADDR, type: ETHER_TYPE },
  ip: {
    saddr: IPV4_ADDR,
    daddr: IPV4_ADDR,
    protocol: INET_PROTO,
    dscp: DSCP_VALUE,
    ecn: ECN_VALUE,
    ...integers('version', 'hdrlength', 'length', 'id', 'frag-off', 'ttl', 'checksum'),
  },
  ip6: {
    saddr: IPV6_ADDR,
    daddr: IPV6_ADDR,
    nexthdr: INET_PROTO,
    dscp: DSCP_VALUE,
    ecn: ECN_VALUE,
    ...integers('version', 'flowlabel', 'length', 'hoplimit'),
  },
  tcp: {
    ...PORTS,
    flags: TCP_FLAG,
    ...integers('sequence', 'ackseq', 'doff', 'reserved', 'window', 'checksum', 'urgptr'),
  },
  udp: { ...PORTS, ...integers('length', 'checksum') },
  udplite: { ...PORTS, ...integers('csumcov', 'checksum') },
  sctp: { ...PORTS, ...integers('vtag', 'checksum') },
  dccp: PORTS,
  icmp: {
    type: ICMP_TYPE,
    code: ICMP_CODE,
    ...integers('checksum', 'id', 'sequence', 'gateway', 'mtu'),
  },
  icmpv6: {
    type: ICMPV6_TYPE,
    code: ICMPV6_CODE,
    ...integers('checksum', 'id', 'sequence', 'max-delay', 'mtu', 'parameter-problem'),
  },
  th: PORTS,
};

export const META_TYPES: Readonly<Record<MetaKey, DataType>> = {
  length: INTEGER,
  protocol: ETHER_TYPE,
  nfproto: NF_PROTO,
  l4proto: INET_PROTO,
  mark: MARK,
  priority: CLASS_ID,
  iif: IFACE_INDEX,
  oif: IFACE_INDEX,
  iifname: IFNAME,
  oifname: IFNAME,
  iiftype: LINK_TYPE,
  oiftype: LINK_TYPE,
  iifkind: IFNAME,
  oifkind: IFNAME,
  iifgroup: OPAQUE,
  oifgroup: OPAQUE,
  skuid: UID,
  skgid: OPAQUE,
  pkttype: PACKET_TYPE,
  cpu: OPAQUE,
  cgroup: OPAQUE,
  rtclassid: OPAQUE,
  random: OPAQUE,
  time: OPAQUE,
  day: OPAQUE,
  hour: OPAQUE,
  secpath: BOOLEAN,
  ipsec: BOOLEAN,
  sdif: OPAQUE,
  sdifname: OPAQUE,
};

/** Keys that nft prints without `meta`. */
export const UNQUALIFIED_META: ReadonlySet<string> = new Set([
  'iif',
  'oif',
  'iifname',
  'oifname',
  'iifgroup',
  'oifgroup',
]);

export const CT_TYPES: Readonly<Record<CtKey, DataType>> = {
  state: CT_STATE,
  direction: CT_DIRECTION,
  status: CT_STATUS,
  mark: MARK,
  secmark: OPAQUE,
  expiration: TIME,
  helper: OPAQUE,
  label: OPAQUE,
  l3proto: NF_PROTO,
  protocol: INET_PROTO,
  saddr: IPV4_ADDR,
  daddr: IPV4_ADDR,
  'ip saddr': IPV4_ADDR,
  'ip daddr': IPV4_ADDR,
  'ip6 saddr': IPV6_ADDR,
  'ip6 daddr': IPV6_ADDR,
  'proto-src': INET_SERVICE,
  'proto-dst': INET_SERVICE,
  bytes: INTEGER,
  packets: INTEGER,
  avgpkt: INTEGER,
  zone: INTEGER,
  id: OPAQUE,
};

export const FIB_TYPES = {
  type: FIB_TYPE,
  oif: IFACE_INDEX,
  oifname: IFNAME,
  present: BOOLEAN,
} as const;
