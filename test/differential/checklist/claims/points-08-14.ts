import { arrivals, type Claim, conntrack, episodes, here, inFile, paths, RANDOM } from './claim.ts';

export const POINTS_8_TO_14: readonly Claim[] = [
  {
    point: 8,
    claim: 'The larger of the values of `all` and of the device counts.',
    cases: arrivals(
      'rp_filter all=2 own=1: a source behind another device, for this host',
      'rp_filter all=1 own=2: a source behind another device, for this host',
      'rp_filter all=1 own=0: a source behind another device, for this host',
    ),
  },
  {
    point: 8,
    claim: 'Strict: the way back has to use the device.',
    cases: [
      ...arrivals('rp_filter all=0 own=1: a source behind another device, for this host'),
      ...paths(
        'strict rp_filter on the endpoint node drops the rerouted SYN',
        'strict rp_filter on the client node drops the native reply',
      ),
    ],
  },
  {
    point: 8,
    claim: 'Loose: there has to be a way back.',
    cases: [
      ...arrivals('from nowhere, rp_filter 2', 'from a route of type blackhole, rp_filter 2'),
      ...paths('loose rp_filter lets both pass'),
    ],
  },
  {
    point: 8,
    claim: 'A device without an address drops, also where it is loose.',
    cases: arrivals(
      'rp_filter all=0 own=2: any source on a device without address, for this host',
      'a source behind two devices comes in by d2, rp_filter 2',
    ),
  },
  {
    point: 8,
    claim: 'Every leg of a multipath route is a way back.',
    cases: arrivals(
      'a source behind two devices comes in by d0, rp_filter 1',
      'a source behind two devices comes in by d1, rp_filter 1',
    ),
  },
  {
    point: 8,
    claim: 'The mark counts in the reverse lookup only with src_valid_mark.',
    cases: arrivals(
      'a marked packet for this host, rp_filter 1, src_valid_mark 0',
      'a marked packet for this host, rp_filter 1, src_valid_mark 1',
    ),
  },
  {
    point: 8,
    claim: 'A reply is checked with the address of the backend.',
    cases: here(
      'the source check of a reply looks at the backend, not at the Service address',
      'a strict check drops a reply whose backend is behind another device',
    ),
  },
  {
    point: 8,
    claim: 'A packet of an established connection goes to its socket without a check.',
    cases: inFile(
      'test/differential/routing/early-demux.test.ts',
      'an established connection goes on where a new one fails the source check',
    ),
    open: 'early demux is not modelled: the model follows new connections, which have no remembered route',
  },
  {
    point: 9,
    claim: 'Multicast, broadcast and zero are no source.',
    cases: arrivals('a multicast source', 'the limited broadcast as source', 'source 0.0.0.0'),
  },
  {
    point: 9,
    claim: 'A loopback address comes in only by a device with route_localnet.',
    cases: [
      ...arrivals(
        'a loopback destination',
        'a loopback destination with route_localnet of the device',
        'a loopback destination with route_localnet of all',
        'a loopback destination with route_localnet of another device',
        'a loopback source',
      ),
      ...here('a martian source on the way: IP_LOCALNET'),
    ],
  },
  {
    point: 9,
    claim: 'A loopback source leaves only by a device with route_localnet.',
    cases: [
      ...here(
        'a loopback source does not leave by a device without route_localnet',
        'a loopback source leaves where route_localnet and MASQUERADE are',
      ),
      ...paths(
        'NodePort on 127.0.0.1 needs route_localnet',
        'NodePort on 127.0.0.1 works with route_localnet',
      ),
    ],
  },
  {
    point: 9,
    claim: 'An own address as source is dropped without accept_local.',
    cases: arrivals(
      'the receiver as sender',
      'an own source with accept_local of the device',
      'an own source with accept_local of all',
      'an own source with accept_local of another device',
      'an own source with accept_local, rp_filter 1, on another device',
    ),
  },
  {
    point: 10,
    claim: 'A host answers for every address of its own, on every device.',
    cases: here(
      'a neighbour answers for its address',
      'arp_ignore 0: an address of another device is answered for',
    ),
  },
  {
    point: 10,
    claim: 'The question is routed like a packet: strict rp_filter silences the answer.',
    cases: here(
      'strict rp_filter also silences ARP',
      'strict rp_filter answers ARP of a sender behind the device',
    ),
  },
  {
    point: 10,
    claim: 'The answer needs no route back.',
    cases: here('a host without a route back answers ARP, and the reply has no way'),
  },
  {
    point: 10,
    claim: 'arp_ignore 1, 2, 3 and 8 leave requests without an answer.',
    cases: here(
      'arp_ignore 1: only addresses of the device itself are answered for',
      'arp_ignore 2: only senders of the own subnet are answered',
      'arp_ignore 3: an address of host scope is not answered for',
      'arp_ignore 8: no answer at all',
    ),
  },
  {
    point: 10,
    claim: 'arp_announce chooses the address that a host asks with.',
    cases: here(
      'arp_announce 1: an address of another subnet is not asked with',
      'arp_announce 2: the sender asks with an address of the subnet',
    ),
  },
  {
    point: 10,
    claim: 'arp_filter answers only where the way back is the device.',
    cases: here(
      'arp_filter: no answer where the way back is another device',
      'arp_filter answers where the way back is the device',
    ),
  },
  {
    point: 10,
    claim: 'proxy_arp answers for what is behind another device.',
    cases: here(
      'proxy_arp answers for what is behind another device',
      'without proxy_arp nobody answers for a gateway that nobody has',
    ),
    open: 'entries of `ip neigh add proxy` are in no snapshot',
  },
  {
    point: 10,
    claim: 'A permanent entry is used without a question.',
    cases: here('a permanent entry with a MAC that nobody has loses every frame'),
  },
  {
    point: 10,
    claim:
      'A neighbour that does not answer is an error: for the host itself, and for whom it forwards.',
    cases: paths(
      'a neighbour nobody answers for is unreachable',
      'a pod gets host unreachable for a neighbour nobody answers for',
    ),
  },
  {
    point: 11,
    claim: 'A hop count of 1 ends before FORWARD.',
    cases: arrivals('a hop count of 1', 'a hop count of 2'),
  },
  {
    point: 11,
    claim: 'FORWARD and what follows see the hop count counted down.',
    cases: [...arrivals('a hop count of 2'), ...here('a pod reaches a pod through VXLAN')],
  },
  {
    point: 11,
    claim: 'Too big with DF is answered with the MTU of the route, else of the device.',
    cases: arrivals(
      '1200 bytes to a route of 1200, DF set',
      '1201 bytes to a route of 1200, DF set',
      '1400 bytes to a device of 1400, DF set',
      '1401 bytes to a device of 1400, DF set',
    ),
    open: 'the MTU in the error is modelled, and not compared',
  },
  {
    point: 11,
    claim: 'Too big without DF is forwarded in fragments.',
    cases: arrivals(
      '1201 bytes to a route of 1200, DF clear',
      '1401 bytes to a device of 1400, DF clear',
    ),
    open: 'the fragments themselves are not modelled: rules meet the whole packet once',
  },
  {
    point: 11,
    claim: 'The hop count is looked at before the size.',
    cases: arrivals('too big and a hop count of 1: the hop count is looked at first'),
  },
  {
    point: 11,
    claim: 'A redirect does not keep the packet from being forwarded.',
    cases: here(
      'a router redirects a neighbour whose packet it sends back, and forwards it all the same',
    ),
    open: 'the redirect itself, and the route that its receiver learns, are not modelled',
  },
  {
    point: 11,
    claim: 'The forwarding flag of the device that a packet comes in by decides.',
    cases: [
      ...arrivals(
        'forwarding off on the device it comes in by',
        'forwarding off on the device it would leave by',
      ),
      ...here(
        'a host that does not forward drops',
        'only the device that a packet comes in by has to forward',
      ),
    ],
  },
  {
    point: 12,
    claim: 'NEW until an answer was seen, then ESTABLISHED both ways.',
    cases: conntrack(
      'a second datagram without an answer is new again',
      'an answer establishes both directions',
      'a SYN sent again',
      'a handshake',
    ),
  },
  {
    point: 12,
    claim: 'What does not belong to a connection is INVALID and has none.',
    cases: conntrack(
      'a SYN-ACK of nothing is invalid',
      'a reset of nothing is invalid',
      'an echo reply without a request is invalid',
      'a rule for invalid packets drops them only',
    ),
  },
  {
    point: 12,
    claim: 'A connection is picked up in the middle only with nf_conntrack_tcp_loose.',
    cases: conntrack('a lone ACK is picked up', 'a lone ACK is invalid where nothing is picked up'),
  },
  {
    point: 12,
    claim: 'An ICMP error about a known connection is RELATED, if it goes where that came from.',
    cases: conntrack(
      'an error about a known connection is related',
      'an error about nothing known is invalid',
      'an error that goes to somebody else is invalid',
    ),
  },
  {
    point: 12,
    claim: 'An entry outlives the rules that made it.',
    cases: conntrack(
      'an entry without translation overrides a newer DNAT rule',
      'an entry keeps an older backend than the rule has',
    ),
  },
  {
    point: 12,
    claim: 'A new SYN may find the old connection.',
    cases: conntrack(
      'a new SYN after the end opens a new connection',
      'a new SYN after a reset by the server is let through by the old connection',
    ),
  },
  {
    point: 12,
    claim: 'Zones keep equal tuples apart.',
    cases: conntrack('a zone keeps equal tuples apart'),
  },
  {
    point: 12,
    claim:
      'A segment out of the window is INVALID, unless nf_conntrack_tcp_be_liberal says otherwise.',
    cases: episodes(
      'as usual: the last byte of the window',
      'as usual: one byte over the window',
      'as usual: far over the window',
      'tcp_be_liberal=1: far over the window',
      'as usual: an ACK of a byte that was not sent',
    ),
  },
  {
    point: 12,
    claim: 'A reset counts by its number.',
    cases: episodes(
      'as usual: a reset of the right number',
      'as usual: a reset that is too low',
      'as usual: a reset that is too high',
      'tcp_ignore_invalid_rst=1: a reset that is too low',
    ),
  },
  {
    point: 12,
    claim: 'A wrong checksum is INVALID while nf_conntrack_checksum is on.',
    cases: episodes('as usual: a wrong checksum', 'checksum=0: a wrong checksum'),
  },
  {
    point: 12,
    claim: 'SCTP goes by its chunks and verification tags.',
    cases: episodes(
      'other protocols: data of a wrong tag',
      'other protocols: a shutdown completed',
      'other protocols: an INIT beside another chunk',
    ),
  },
  {
    point: 12,
    claim: 'Neighbour discovery is not tracked.',
    cases: episodes('other protocols: ICMPv6 type 135', 'other protocols: ICMPv6 type 136'),
  },
  {
    point: 12,
    claim: 'A full table drops what is new.',
    cases: inFile(
      'test/differential/conntrack/full-table.test.ts',
      'drops the first packet of a connection, and lets those of known ones pass',
    ),
  },
  {
    point: 12,
    claim: 'A zone of one direction counts there alone.',
    cases: conntrack('a zone of the original direction', 'a zone of the reply direction'),
  },
  {
    point: 12,
    claim: 'An entry ends with its timeout.',
    cases: [],
    open: 'the model has no time: whether an entry is still there is a question (conntrack-entry)',
  },
  {
    point: 13,
    claim: 'A source port changes without any SNAT rule where the reply tuple is taken.',
    cases: conntrack('two Service addresses with one backend clash without any SNAT rule'),
  },
  {
    point: 13,
    claim: 'A replaced port is of the class of the old one.',
    cases: conntrack(
      'a low port is replaced by a low one',
      'a port of the middle range is replaced by one of it',
      'MASQUERADE takes another port when two clients ask one server from the same',
    ),
  },
  {
    point: 13,
    claim: 'A port range is searched; a single port is given without a search.',
    cases: conntrack(
      'a port range is searched for a free port',
      'a port in the range is kept',
      'a single port is given without a search',
      'a single port that is taken loses the second client',
    ),
  },
  {
    point: 13,
    claim: '--random and --random-fully do not keep the port.',
    cases: conntrack('random-fully: some port', 'random: some port'),
  },
  {
    point: 13,
    claim: 'SNAT is undone for the reply in PREROUTING, before it is routed.',
    cases: conntrack('MASQUERADE, undone for the reply in PREROUTING'),
  },
  {
    point: 13,
    claim: 'DNAT of a forwarded packet is undone in POSTROUTING.',
    cases: conntrack('DNAT, undone for the reply in POSTROUTING'),
  },
  {
    point: 13,
    claim: 'DNAT of an own packet is undone in INPUT, after filter.',
    cases: [
      ...conntrack('a local DNAT is undone in INPUT'),
      ...here('the source check of a reply looks at the backend, not at the Service address'),
    ],
  },
  {
    point: 13,
    claim: 'SNAT in INPUT is undone in OUTPUT.',
    cases: conntrack('SNAT in INPUT is undone in OUTPUT'),
  },
  {
    point: 13,
    claim: 'A reply that takes another way reaches the client with the backend’s address.',
    cases: paths('without br_netfilter the endpoint of the same bridge answers past the NAT'),
  },
  {
    point: 13,
    claim: 'REDIRECT, NETMAP and address ranges.',
    cases: [
      ...conntrack(
        'REDIRECT goes to the first address of the device',
        'NETMAP keeps the host part',
        'SNAT to a range of addresses',
        'DNAT to a range of addresses',
      ),
      ...RANDOM.nft,
    ],
  },
  {
    point: 14,
    claim: 'With call-iptables a bridged packet meets the hooks of IP, with IN and OUT the bridge.',
    cases: here(
      'with call-iptables a bridged packet meets PREROUTING, FORWARD and POSTROUTING of IP',
      'without call-iptables a bridged packet meets no hook of IP',
    ),
  },
  {
    point: 14,
    claim: 'With DNAT to a host of the bridge a packet stays bridged, and keeps its hop count.',
    cases: here('a bridged packet with DNAT to a host of the bridge stays on it'),
  },
  {
    point: 14,
    claim: 'With DNAT to a host elsewhere it goes up and is routed.',
    cases: here('a bridged packet with DNAT to a host elsewhere goes up to the router'),
  },
  {
    point: 14,
    claim: 'Endpoints on one bridge need call-iptables, or the answer passes the NAT by.',
    cases: paths(
      'a Service with an endpoint on the same bridge works with br_netfilter',
      'without br_netfilter the endpoint of the same bridge answers past the NAT',
    ),
  },
  {
    point: 14,
    claim: 'A hairpin needs masquerade and hairpin mode.',
    cases: [
      ...here(
        'hairpin through a Service: the frame leaves by the port it came in by',
        'a hairpin without masquerade is a packet from the receiver itself',
      ),
      ...paths('hairpin mode off stops it in the bridge'),
    ],
  },
  {
    point: 14,
    claim: 'Ports are known to rules as PHYSIN and PHYSOUT.',
    cases: here(
      '-m physdev knows the ports of a bridged packet',
      'without call-iptables -m physdev sees no packet',
      'with call-iptables a packet that goes up keeps the port it came in by',
      'without call-iptables a packet that goes up has no port',
    ),
  },
  {
    point: 14,
    claim:
      'A rule’s reset for a packet of a bridge port leaves by the port, past all hooks and NAT.',
    cases: here(
      'a reset for a packet of a bridge port leaves by the port and meets no hook',
      'a reset by a bridge port is not translated back, and the client waits',
      'a reset of a routed packet is translated back, and the client is refused',
    ),
  },
  {
    point: 14,
    claim: 'A packet that goes up meets PREROUTING once (sabotage).',
    cases: here('a packet that goes up after the bridge meets PREROUTING once'),
  },
  {
    point: 14,
    claim: 'Isolated and blocked ports let nothing pass, ARP included.',
    cases: here(
      'isolated bridge ports let no ARP through',
      'one isolated port is not cut off from the others',
    ),
  },
  {
    point: 14,
    claim: 'Tables of the families bridge and netdev decide about frames.',
    cases: here(
      'an nft table of family bridge decides about frames',
      'an nft table of family netdev decides before any hook',
    ),
  },
];
