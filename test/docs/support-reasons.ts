/** Extensions that only one of the two programs has; test/differential/xtables looks at the installed ones. */
export const IPTABLES_ONLY: readonly string[] = [
  'CLUSTERIP',
  'ECN',
  'QUEUE',
  'TTL',
  'ULOG',
  'icmp',
  'osf',
  'realm',
  'ttl',
];
export const IP6TABLES_ONLY: readonly string[] = [
  'DNPT',
  'HL',
  'SNPT',
  'dst',
  'eui64',
  'frag',
  'hbh',
  'hl',
  'icmp6',
  'ipv6header',
  'mh',
  'rt',
  'srh',
];

/** Which programs have a name. */
export function programsOf(name: string): string {
  if (IPTABLES_ONLY.includes(name)) return 'iptables';
  return IP6TABLES_ONLY.includes(name) ? 'ip6tables' : 'both';
}

/** What an answer depends on that a snapshot may not hold, or why there is none. */
const REASONS: Readonly<Record<string, string>> = {
  addrtype: 'the addresses of the node',
  bpf: 'its program is not run',
  cgroup: 'the group of the process that sends',
  CLUSTERIP: 'removed from Linux in 6.3',
  connbytes: 'what the connection has carried',
  connlabel: 'labels of connections that were there before; the number of a name',
  connlimit: 'how many connections there are',
  conntrack: 'when an entry expires; whether a helper announced it',
  cpu: 'the processor that handles the packet',
  devgroup: 'the group of a device, where it has a name',
  hashlimit: 'how many packets came before',
  helper: 'whether a helper announced a connection that was there before',
  ipvs: 'not proved here: the kernel of the tests has no IPVS',
  limit: 'how many packets came before',
  NFQUEUE: 'what the program decides, and whether there is one',
  osf: 'the fingerprints that were loaded',
  owner: 'the user or group of the process that sends',
  pkttype: 'the frame, where the packet did not come in one',
  policy: 'whether the node has IPsec policies; none are assumed',
  QUEUE: 'what the program decides, and whether there is one',
  quota: 'how much of it is used up',
  rateest: 'rates that were measured',
  realm: 'realms of routes; none are assumed',
  recent: 'what the list holds',
  rpfilter: 'the routes of the node',
  SET: '`--map-set`, and sets of networks or of sets',
  set: 'the elements of the set, and what they have counted',
  socket: 'connections and transparent sockets',
  string: 'the payload',
  SYNPROXY: 'the host answers the client itself; what it sends is not modelled',
  tcp: '`--tcp-option`, of other options than the segment size',
  TCPMSS: '`--clamp-mss-to-pmtu`: the MTU of the devices',
  tcpmss: 'the segment size, where it was not seen',
  u32: 'identifications, sequence numbers, checksums and payloads',
  time: 'the clock of the node',
  TPROXY: 'which socket is transparent; without any it drops',
};

/** Throws for a name that has none, so that no row is blank. */
export function reasonOf(name: string): string {
  const reason = REASONS[name];
  if (reason === undefined) throw new Error(`no reason for ${name}`);
  return reason;
}
