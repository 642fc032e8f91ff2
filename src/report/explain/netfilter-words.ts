import type { Explanation } from './explanation.ts';

/** Hooks, tables and the states of connection tracking. */

const SAVE = 'iptables-save -c, nft -a list ruleset';

function hook(
  term: string,
  short: string,
  meaning: string,
  where: string,
  usual: string,
): Explanation {
  return {
    term,
    kind: 'hook',
    short,
    meaning,
    where,
    seen: `a LOG rule in the chain ${term.toUpperCase()} of a table prints the packet here`,
    usual,
    check: [SAVE],
  };
}

export const HOOK_WORDS: readonly Explanation[] = [
  hook(
    'prerouting',
    'every packet that comes in, before it is routed',
    'The first hook of a packet that arrives. Connection tracking starts here, and DNAT of Services for pods and outside clients. Routing happens after it, so a rewritten destination decides where the packet goes.',
    'ip_rcv(), NF_INET_PRE_ROUTING; tables raw, mangle, nat',
    "packets of the node's own programs do not pass here: they start at output",
  ),
  hook(
    'input',
    'packets for this node itself',
    'The hook between the route lookup and the socket. A packet that is not seen here was routed elsewhere, or refused by source validation, which happens before.',
    'ip_local_deliver(), NF_INET_LOCAL_IN; tables mangle, filter, security, nat',
    'a firewall of the node filters here',
  ),
  hook(
    'forward',
    'packets that this node passes on',
    'The hook of packets that come in by one device and leave by another, such as those of pods. Packets between two pods on one bridge pass it only with bridge-nf-call-iptables.',
    'ip_forward(), NF_INET_FORWARD; tables mangle, filter, security',
    'a policy of DROP here (Docker sets one) cuts pods off',
  ),
  hook(
    'output',
    "packets of this node's own programs",
    'The first hook of a packet that a local socket sends. The route and the source address are chosen already, for the destination the program asked for. DNAT here rewrites the destination, after which the kernel looks up the route once more, but keeps the source address.',
    '__ip_local_out(), NF_INET_LOCAL_OUT; tables raw, mangle, nat, filter, security',
    'the table filter still names the old output device here, because a hook keeps the device it began with',
  ),
  hook(
    'postrouting',
    'every packet that leaves',
    'The last hook of forwarded and local packets. SNAT and MASQUERADE happen here. Nothing is routed after it, apart from tunnels, whose outer packet starts over at output.',
    'ip_output(), NF_INET_POST_ROUTING; tables mangle, nat',
    'a packet seen here was handed to the device; a capture on the device tells whether it left',
  ),
];

function table(term: string, short: string, meaning: string, where: string): Explanation {
  return {
    term,
    kind: 'table',
    short,
    meaning,
    where,
    seen: `iptables-save -t ${term} lists it`,
    usual: 'a table that no program filled is not there, and costs nothing',
    check: [`iptables-save -c -t ${term}`, 'nft -a list ruleset'],
  };
}

export const TABLE_WORDS: readonly Explanation[] = [
  table(
    'raw',
    'the first table; may exempt packets from connection tracking',
    'Runs at prerouting and output before connection tracking (priority -300). NOTRACK and the TRACE target live here.',
    'iptable_raw.c; hooks prerouting, output',
  ),
  table(
    'mangle',
    'changes marks and header fields',
    'Runs at every hook (priority -150). At output a change of source, destination, mark or TOS makes the kernel route the packet once more.',
    'iptable_mangle.c, ip_route_me_harder(); every hook',
  ),
  table(
    'nat',
    'translates addresses, for the first packet of a connection only',
    'Only the first packet of a connection meets the rules; later ones and replies are translated as the connection was. Destinations are rewritten at prerouting and output (-100), sources at postrouting and input (100).',
    'nf_nat_inet_fn(); hooks prerouting, input, output, postrouting',
  ),
  table(
    'filter',
    'lets packets pass or drops them',
    'Runs at input, forward and output (priority 0). Its policy decides when no rule does.',
    'iptable_filter.c; hooks input, forward, output',
  ),
  table(
    'security',
    'marks for security modules',
    'Runs after filter (priority 50) and sets labels for SELinux.',
    'iptable_security.c; hooks input, forward, output',
  ),
];

function state(term: string, short: string, meaning: string, usual: string): Explanation {
  return {
    term,
    kind: 'connection state',
    short,
    meaning,
    where: 'nf_conntrack_in()',
    seen: 'rules with -m conntrack --ctstate, or ct state in nft',
    usual,
    check: ['conntrack -L -o extended', 'conntrack -S'],
  };
}

export const STATE_WORDS: readonly Explanation[] = [
  state(
    'NEW',
    'the first packet of a connection, or no answer was seen yet',
    'Connection tracking made an entry for the packet, or has one that no reply has confirmed. Only NEW packets meet the rules of the table nat.',
    'a SYN',
  ),
  state(
    'ESTABLISHED',
    'packets in both directions were seen',
    'The packet belongs to an entry that has seen a reply. It is translated as the first packet was.',
    'everything after the handshake began',
  ),
  state(
    'RELATED',
    'a packet about another connection',
    'An ICMP error that quotes a tracked packet, or a connection that a helper expects.',
    'fragmentation needed, port unreachable',
  ),
  state(
    'INVALID',
    'connection tracking cannot place the packet',
    'No entry is attached and nothing is translated. kube-proxy drops such packets in KUBE-FORWARD, because an untranslated reply would make the client reset its connection.',
    'a reply that took another way than the request, a wrong sequence, a full table',
  ),
  state(
    'UNTRACKED',
    'exempt from connection tracking',
    'A rule in table raw said NOTRACK. Nothing is translated.',
    'a rule for performance, node-local DNS caches',
  ),
];
