import {
  arrivals,
  type CaseRef,
  conntrack,
  conntrackInUse,
  episodes,
  here,
  inFile,
  RANDOM,
} from './claim.ts';

/** Each note of docs/lab-notes with tests that say the same for ever. */
export const NOTES: Readonly<Record<string, readonly CaseRef[]>> = {
  'arp-answers.md': here(
    'strict rp_filter also silences ARP',
    'arp_ignore 1: only addresses of the device itself are answered for',
    'proxy_arp answers for what is behind another device',
    'a host without a route back answers ARP, and the reply has no way',
  ),
  'bridge-port-memory.md': here(
    'with call-iptables a packet that goes up keeps the port it came in by',
    'without call-iptables a packet that goes up has no port',
    'a reset by a bridge port is not translated back, and the client waits',
  ),
  'conntrack-in-use.md': conntrackInUse('%s in %s of iptables-%s'),
  'conntrack-listing.md': inFile(
    'src/snapshot/conntrack.test.ts',
    'reads XML, with the state of SCTP that it misnames, and names ICMP without identifier',
  ),
  'conntrack-nat.md': conntrack(
    'two Service addresses with one backend clash without any SNAT rule',
    'a single port that is taken loses the second client',
  ),
  'conntrack-ports.md': conntrack(
    'a range whose ports are all taken loses the next client',
    'a SYN of a higher number takes the port of a connection that is over',
    'a SYN of a lower number takes no port of a connection that is over',
  ),
  'conntrack-tcp-reopen.md': conntrack(
    'a new SYN after a reset by the server is let through by the old connection',
  ),
  'conntrack-windows.md': episodes(
    'as usual: one byte over the window',
    'as usual: a reset that is too high',
    'as usual: a SYN in LAST_ACK, and the challenge to it',
    'other protocols: ICMPv6 type 137',
  ),
  'device-without-carrier.md': here(
    'a TUN device that nobody reads drops',
    'a wire whose other end is down carries nothing',
  ),
  'early-demux.md': inFile(
    'test/differential/routing/early-demux.test.ts',
    'an established connection goes on where a new one fails the source check',
  ),
  'evidence-text-forms.md': [
    ...inFile(
      'test/evidence/text/log-forms.test.ts',
      'there are lines of both families, of ICMP errors, fragments and other protocols',
    ),
    ...inFile(
      'test/evidence/text/traces.test.ts',
      'shows packets as the LOG rules of the same chain do',
      'shows the packets that nft shows of the same rules',
      'emulates the kernel log',
    ),
    ...inFile('test/evidence/text/tables.test.ts', '%s and %s agree'),
  ],
  'evidence-three-views.md': inFile(
    'test/differential/evidence/live-traffic.test.ts',
    'is the same six packets in each, seen where the rules and the device are',
  ),
  'flannel-nft-dead-rule.md': here(
    "flannel of 2024 with nftables: the fourth rule returns first, and a node's own address stays",
  ),
  'hook-order.md': here(
    'of two chains of one table with one priority the later one runs first',
    'nft registered before iptables-legacy runs after it',
    'a nat chain of priority -190 runs after a filter chain of -150',
  ),
  'ipv6.md': inFile(
    'test/differential/ipv6/ipv6.test.ts',
    'a rule about sources does not see one that is still to be chosen',
    'a route that refuses is none of a bound device',
    'and hides the one that asks for none',
    'a policy of INPUT that drops solicitations hides the host',
    'a rule that sets the hop limit spoils neighbour discovery',
    'a host does not answer for an address of its other device',
    'a device without a link-local address cannot ask for a foreign source',
    'a connection that is bound to a device does not hear of it',
    'no TCP connection to an anycast address',
  ),
  'kernel-answers.md': inFile(
    'test/lab/fuzz.test.ts',
    'neighbour-failure-is-told-over-loopback',
    'no-reset-for-a-foreign-address',
    'accepted-mark',
    'postrouting-sees-the-vxlan-device',
  ),
  'frames-longer-than-a-device-takes.md': inFile(
    'test/differential/devices/frame-length.test.ts',
    'a segment that $what',
    'of full size arrives where all devices are alike',
  ),
  'mtu-local-error.md': inFile(
    'test/differential/mtu/data-after-handshake.test.ts',
    'arrives where the client itself sends it another way than it thought',
    'stalls where the client does not let its own error out',
  ),
  'nft-conntrack-in-use.md': inFile(
    'test/differential/nft/conntrack-in-use.test.ts',
    'ct state new in ip6',
    'a ct helper that no rule names',
  ),
  'nft-constructs.md': [
    ...inFile(
      'test/differential/nft/constructs/expressions.test.ts',
      'every expression was true of some packet, or no packet can have it',
    ),
    ...inFile(
      'test/differential/nft/constructs/completeness.test.ts',
      'there is one for every construct, or a reason why this kernel has none',
    ),
  ],
  'nft-draws.md': RANDOM.nft,
  'nft-frames.md': inFile('test/differential/nft/frames.test.ts', 'rules for frames'),
  'nft-json.md': [
    ...inFile('test/differential/nft/rule-text.test.ts', 'every form of rule'),
    ...here('an nft table of family netdev decides before any hook'),
  ],
  'observe-captures.md': [
    ...inFile(
      'test/lab/observe-captures.test.ts',
      'show a packet through a bridge, a TUN device and its relay',
    ),
    ...inFile('test/lab/observe.test.ts', "that a frame for somebody else's address is dropped"),
  ],
  'observe-drops.md': [
    ...inFile('test/lab/observe.test.ts', 'that a packet is dropped %s, and where'),
    ...inFile(
      'test/lab/observe-alone.test.ts',
      'see their own packets and drops only, though names and lengths are the same',
    ),
  ],
  'observe-traces.md': [
    ...inFile('test/lab/observe.test.ts', 'the hooks, with the address that %s put in'),
    ...inFile('test/lab/observe-alone.test.ts', 'track no connection where no rule asks for it'),
  ],
  'routing-arrivals.md': arrivals('a loopback source with route_localnet is still an own address'),
  'routing-connect-errno.md': here(
    'a blackhole route is an invalid argument for its own node',
    'an unreachable rule says that there is no route',
  ),
  'routing-multipath-source.md': RANDOM.routes,
  'routing-nexthop-objects.md': inFile(
    'test/differential/routing/selectors.test.ts',
    'an object of another device: what is left of its leaf is passed over',
    'a leg of a group, whatever the source',
  ),
  'tunnel-outer-packet.md': here(
    'a pod reaches a pod through VXLAN',
    'a tunnel whose other end is routed into the tunnel drops',
    'the mark of a packet is that of the tunnel packet around it',
  ),
  'xtables-ipset-match.md': RANDOM.xtables,
  'xtables-ipset-save.md': RANDOM.xtables,
  'xtables-matches.md': inFile(
    'test/differential/xtables/cases/matches.test.ts',
    'the model meets the rules that the kernel counted',
  ),
  'xtables-random-rules.md': RANDOM.xtables,
  'xtables-targets.md': inFile(
    'test/differential/xtables/cases/targets.test.ts',
    'the model does with each packet what the kernel did',
  ),
};
