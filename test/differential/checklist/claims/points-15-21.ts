import { arrivals, type Claim, conntrack, here, inFile, paths } from './claim.ts';

const LIVE = 'test/differential/evidence/live-traffic.test.ts';
const TCPDUMP = 'test/differential/evidence/tcpdump-text.test.ts';
const RECORDED = 'test/diagnosis/recorded.test.ts';

export const POINTS_15_TO_21: readonly Claim[] = [
  {
    point: 15,
    claim: 'The mark is gone in another namespace.',
    cases: here('the mark is gone in the next namespace'),
  },
  {
    point: 15,
    claim: 'Connection tracking begins anew in another namespace.',
    cases: here('connection tracking begins anew in the next namespace'),
  },
  {
    point: 15,
    claim: 'The packet around a tunnelled one has its mark.',
    cases: here('the mark of a packet is that of the tunnel packet around it'),
  },
  {
    point: 15,
    claim: 'A veth with both ends in one namespace keeps the mark.',
    cases: here('the mark is kept through a veth whose ends are in one namespace'),
  },
  {
    point: 15,
    claim: 'A packet on lo keeps its connection and its route.',
    cases: paths('a node reaches itself by its address', 'a node reaches itself by 127.0.0.1'),
  },
  {
    point: 16,
    claim:
      'VXLAN: the neighbour gives the inner MAC, the FDB the other end, INPUT takes the outer packet.',
    cases: [
      ...here(
        'a pod reaches a pod through VXLAN',
        'a packet for a tunnel without an FDB entry has no one to go to',
        'a VXLAN packet for a network that nobody has is dropped',
      ),
      ...paths('a DROP for VXLAN in INPUT cuts the overlay'),
    ],
  },
  {
    point: 16,
    claim: 'A tunnel whose outer packet would leave by the tunnel drops.',
    cases: here('a tunnel whose other end is routed into the tunnel drops'),
  },
  {
    point: 16,
    claim:
      'The segment size is that of the device which connect() chose: 1410 in VXLAN, 1432 in TUN.',
    cases: here(
      'a client bound to the overlay has its address and its segment size',
      'a node sends into flannel over UDP with the network address and the segment size of its MTU',
      'with routes by the nodes (host-gw) nothing is wrapped',
    ),
  },
  {
    point: 16,
    claim: 'host-gw forwards what it is given.',
    cases: here('with routes by the nodes (host-gw) nothing is wrapped'),
  },
  {
    point: 16,
    claim: 'flannel’s UDP proxy counts the hop count down on both ends.',
    cases: here('flannel over UDP takes two from the hop count'),
    open: 'the proxy here is the laboratory’s, written after flannel’s source; flannel’s own ran in test/recorded',
  },
  {
    point: 16,
    claim: 'A node sends into a TUN overlay with the network address.',
    cases: here(
      'a node sends into flannel over UDP with the network address and the segment size of its MTU',
    ),
  },
  {
    point: 16,
    claim: 'A TUN device that nobody reads drops.',
    cases: here('a TUN device that nobody reads drops'),
  },
  {
    point: 16,
    claim: 'What has no carrier carries nothing.',
    cases: here('a wire whose other end is down carries nothing'),
  },
  {
    point: 17,
    claim: 'The 430 IPv4 flows of kube-proxy in both modes.',
    cases: inFile('test/trace/flows.test.ts', '$name is what the kernel did'),
  },
  {
    point: 17,
    claim: 'The 23 IPv6 flows of kube-proxy.',
    cases: inFile(
      'test/differential/ipv6/ipv6.test.ts',
      ...[
        'iptables with localhostNodePorts',
        'iptables without localhostNodePorts',
        'iptables with nodePortAddresses',
        'nftables',
        'nftables with nodePortAddresses',
      ].flatMap((proxy) =>
        ['pod to cluster IP', 'external to nodePort', 'node to nodePort'].map(
          (name) => `kube-proxy, ${proxy}: ${name}`,
        ),
      ),
      'kube-proxy, iptables with localhostNodePorts: localhost to nodePort is ignored',
      'kube-proxy, iptables without localhostNodePorts: localhost to nodePort is ignored',
      'kube-proxy, iptables with nodePortAddresses: localhost to nodePort is ignored',
      'kube-proxy, iptables with localhostNodePorts: external to nodePort on secondary IP',
      'kube-proxy, iptables without localhostNodePorts: external to nodePort on secondary IP',
      'kube-proxy, iptables with nodePortAddresses: secondary nodeIP ignores NodePorts',
      'kube-proxy, nftables: secondary nodeIP ignores NodePorts',
      'kube-proxy, nftables with nodePortAddresses: external to nodePort on secondary IP',
    ),
  },
  {
    point: 18,
    claim: 'Each answer of REJECT has its own error for the client.',
    cases: here(
      ...[
        ['icmp-net-unreachable', 'ENETUNREACH'],
        ['icmp-host-unreachable', 'EHOSTUNREACH'],
        ['icmp-proto-unreachable', 'ENOPROTOOPT'],
        ['icmp-port-unreachable', 'ECONNREFUSED'],
        ['icmp-net-prohibited', 'ENETUNREACH'],
        ['icmp-host-prohibited', 'EHOSTUNREACH'],
        ['icmp-admin-prohibited', 'EHOSTUNREACH'],
        ['tcp-reset', 'ECONNREFUSED'],
      ].map(([answer, errno]) => `a client that is rejected with ${answer} gets ${errno}`),
    ),
  },
  {
    point: 18,
    claim:
      'Source checks and martians have names: IP_RPFILTER, IP_LOCALNET, IP_LOCAL_SOURCE, IP_INVALID_SOURCE, IP_INVALID_DEST.',
    cases: arrivals(
      'rp_filter all=0 own=1: a source behind another device, for this host',
      'a loopback source',
      'the receiver as sender',
      'a multicast source',
      'destination 0.0.0.0',
    ),
  },
  {
    point: 18,
    claim: 'So do routes: IP_INNOROUTES, IP_INADDRERRORS; typed routes are NOT_SPECIFIED.',
    cases: [
      ...arrivals(
        'to nowhere',
        'to nowhere, forwarding off',
        'to a route of type unreachable',
        'to a route of type prohibit',
        'to a route of type blackhole',
      ),
      ...here(
        'no route on the way: IP_INNOROUTES and net unreachable',
        'a host that does not forward drops',
      ),
    ],
  },
  {
    point: 18,
    claim: 'So do forwarding and neighbours: IP_INHDR, PKT_TOO_BIG, NEIGH_FAILED, OTHERHOST.',
    cases: [
      ...arrivals('a hop count of 1', '1201 bytes to a route of 1200, DF set'),
      ...here(
        'a destination taken for on-link that nobody has is a neighbour that fails',
        'a permanent entry with a MAC that nobody has loses every frame',
      ),
    ],
  },
  {
    point: 18,
    claim: 'So do rules and sockets: NETFILTER_DROP, NO_SOCKET.',
    cases: here(
      'a dropped packet meets no later chain',
      'nobody listens: NO_SOCKET and a reset',
      'nobody listens: NO_SOCKET and a port unreachable',
    ),
  },
  {
    point: 18,
    claim:
      'So do tunnels and queues: VXLAN_VNI_NOT_FOUND, NO_TX_TARGET, IP_OUTNOROUTES, QDISC_DROP.',
    cases: here(
      'a VXLAN packet for a network that nobody has is dropped',
      'a packet for a tunnel without an FDB entry has no one to go to',
      'a tunnel whose other end is routed into the tunnel drops',
      'a TUN device that nobody reads drops',
    ),
  },
  {
    point: 18,
    claim: 'Names differ between versions of the kernel.',
    cases: [],
    open: 'only 6.18 runs here; the model has its names, and that 6.12 has none for martians is not told',
  },
  {
    point: 19,
    claim: 'LOG lines.',
    cases: inFile(LIVE, 'is read without a line left over'),
  },
  {
    point: 19,
    claim: 'TRACE lines of iptables-legacy.',
    cases: inFile('test/lab/observe.test.ts', 'the hooks, with the address that %s put in'),
    open: 'the reader of the laboratory; that of evidence (src/evidence/join/log-places.ts) is tested with samples',
  },
  {
    point: 19,
    claim: 'The text of `nft monitor trace` and of `xtables-monitor --trace`.',
    cases: [],
    open: 'not read as evidence; the laboratory takes trace messages from netlink',
  },
  {
    point: 19,
    claim: 'tcpdump’s text in its variants.',
    cases: inFile(TCPDUMP, '$what', '%s'),
  },
  {
    point: 19,
    claim: 'conntrack -L.',
    cases: conntrack('an answer establishes both directions', 'a mark of the connection'),
  },
  {
    point: 19,
    claim: 'iptables-save of both backends.',
    cases: inFile(
      'test/differential/xtables/restore.test.ts',
      '%s restores every recorded save from our print of it',
    ),
  },
  {
    point: 19,
    claim: 'nft -j list ruleset.',
    cases: inFile('test/differential/nft/rule-text.test.ts', 'every form of rule'),
  },
  {
    point: 19,
    claim: 'ip -j route, rule, addr and link.',
    cases: inFile('test/differential/routing/random-routes.test.ts', 'tables of round $round'),
  },
  {
    point: 20,
    claim: 'Which version of flannel masquerades what a node sends with its own address.',
    cases: here(
      "flannel 0.5.5: a node's own address is hidden",
      "flannel 0.7.1: a node's own address is hidden",
      "flannel 0.8.0: a node's own address is hidden",
      "flannel 0.22 with iptables: a node's own address is hidden",
      "flannel without --ip-masq: a node's own address stays",
    ),
  },
  {
    point: 20,
    claim: 'In the nftables of 2024 the fourth rule returns before the last one can masquerade.',
    cases: here(
      "flannel of 2024 with nftables: the fourth rule returns first, and a node's own address stays",
      'flannel with nftables and the fourth rule as with iptables: the last rule masquerades',
    ),
    open: 'that the last rule can never match is shown by its counter; no report says so of a ruleset by itself',
  },
  {
    point: 21,
    claim: 'The founding incident in all recorded variants.',
    cases: inFile('test/trace/seed.test.ts', 'has recorded curl lines', '$argv'),
  },
  {
    point: 21,
    claim:
      'The reroute keeps source and segment size: MSS 1460 on a device of a smaller MTU proves it.',
    cases: here(
      'the source that connect() chose is kept when DNAT sends it another way',
      'a client bound to the overlay has its address and its segment size',
    ),
  },
  {
    point: 21,
    claim: 'The evidence tells both kinds of flow apart by source, MSS and answer.',
    cases: inFile(
      'test/evidence/founding.test.ts',
      'compares the two kinds of flow: another source, another MSS, no answer where one was',
    ),
  },
  {
    point: 21,
    claim: 'The fixes work on the kernel.',
    cases: inFile(RECORDED, 'has the fixes that the recordings with each of them prove right'),
  },
];
