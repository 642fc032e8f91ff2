import { type Claim, conntrack, conntrackInUse, here, paths, RANDOM } from './claim.ts';

export const POINTS_1_TO_7: readonly Claim[] = [
  {
    point: 1,
    claim: 'The functions of a hook run by ascending priority.',
    cases: [...here('chains of one hook run by ascending priority'), ...RANDOM.nft],
  },
  {
    point: 1,
    claim: 'The tables of iptables have the priorities raw, mangle, nat, filter.',
    cases: [...here('tables of iptables run as raw, mangle, nat, filter'), ...RANDOM.xtables],
  },
  {
    point: 1,
    claim: 'Of equal priority the function that was registered last runs first.',
    cases: here(
      'of two chains of one table with one priority the later one runs first',
      'of two chains of one table with one priority the earlier one runs last',
      'nft registered after iptables-legacy runs before it',
      'nft registered before iptables-legacy runs after it',
    ),
  },
  {
    point: 1,
    claim: 'Where the order of two tables is not known and matters, both orders are followed.',
    cases: here(
      'nft registered after iptables-legacy runs before it',
      'nft registered before iptables-legacy runs after it',
    ),
  },
  {
    point: 2,
    claim: 'A nat chain runs where nat is hooked in, whatever its own priority is.',
    cases: here(
      'a nat chain of priority -190 runs after a filter chain of -150',
      'a nat chain of priority 50 runs before a filter chain of -50',
    ),
  },
  {
    point: 2,
    claim: 'Among nat chains the own priority decides, and of equal ones the later one.',
    cases: here(
      'among nat chains the own priority counts, and the first mapping ends the search',
      'of two nat chains of one table with one priority the later one maps',
    ),
  },
  {
    point: 2,
    claim: 'The first mapping ends the search.',
    cases: here('among nat chains the own priority counts, and the first mapping ends the search'),
  },
  {
    point: 2,
    claim: 'Only the first packet of a connection meets nat rules.',
    cases: [
      ...here('nat rules meet the first packet of a connection only'),
      ...conntrack('nat rules are asked for the first packet only'),
    ],
  },
  {
    point: 2,
    claim: 'Where nothing needs connection tracking no packet meets nat rules.',
    cases: conntrackInUse('%s in %s of iptables-%s'),
  },
  {
    point: 2,
    claim: 'An invalid or untracked packet meets no nat rules.',
    cases: [
      ...conntrack(
        'an invalid packet is not translated',
        'CT --notrack: untracked, and not translated',
      ),
      ...paths('NOTRACK leaves the Service address untranslated'),
    ],
  },
  {
    point: 2,
    claim: 'A packet with the template of a zone is not untracked by a later rule.',
    cases: here(
      'a zone that was chosen first keeps a packet tracked through --notrack',
      'without a zone --notrack leaves a packet untranslated',
    ),
  },
  {
    point: 3,
    claim: 'ACCEPT ends one table or base chain; the next ones still decide.',
    cases: here(
      'an accepted packet still meets the chains of later priorities',
      'an accepted packet does not meet the rest of its chain',
    ),
  },
  {
    point: 3,
    claim: 'DROP is final.',
    cases: here('a dropped packet meets no later chain'),
  },
  {
    point: 3,
    claim: 'RETURN goes on behind the jump; after a goto it goes on where the goto’s chain would.',
    cases: [
      ...here(
        'the return of a chain that was gone to ends at the policy',
        'the return of a chain that was jumped to goes on behind the jump',
        'a chain of nft that was gone to ends at the policy',
        'a chain of nft that was jumped to goes on behind the jump',
      ),
      ...RANDOM.xtables,
      ...RANDOM.nft,
    ],
  },
  {
    point: 3,
    claim: 'The policy decides about what no rule decided.',
    cases: [
      ...here('the policy decides about what no rule decided'),
      ...paths('FORWARD policy DROP on the endpoint node is silent'),
    ],
  },
  {
    point: 3,
    claim: 'REJECT answers, and the client sees its kind.',
    cases: paths(
      'REJECT in OUTPUT refuses at once',
      'REJECT with host-prohibited in FORWARD is unreachable for the pod',
      'REJECT with tcp-reset in FORWARD refuses',
    ),
  },
  {
    point: 4,
    claim: 'connect() looks its route up before OUTPUT, and DNAT comes too late for it.',
    cases: [
      ...here('without a route connect() fails before any hook, also where DNAT knows a way'),
      ...paths('no default route fails before DNAT'),
    ],
  },
  {
    point: 4,
    claim: 'Without a route connect() fails with ENETUNREACH, and no hook sees a packet.',
    cases: here('without a route connect() fails before any hook, also where DNAT knows a way'),
  },
  {
    point: 4,
    claim: 'A socket bound to a device takes what has no route for on-link.',
    cases: here(
      'a socket bound to a device takes a destination without a route for on-link',
      'a destination taken for on-link that nobody has is a neighbour that fails',
    ),
  },
  {
    point: 4,
    claim: 'A drop in OUTPUT is silence for TCP, and EPERM for a datagram.',
    cases: [
      ...paths('DROP in OUTPUT is silent for TCP'),
      ...here('a datagram that OUTPUT drops is not permitted'),
    ],
  },
  {
    point: 5,
    claim: 'DNAT in OUTPUT routes again.',
    cases: here('the source that connect() chose is kept when DNAT sends it another way'),
  },
  {
    point: 5,
    claim: 'A changed mark routes again in mangle OUTPUT and in an nft chain of type route.',
    cases: paths(
      'a mark in mangle OUTPUT routes again',
      'a mark in an nft route chain routes again',
    ),
  },
  {
    point: 5,
    claim: 'A changed mark does not route again in an nft chain of type filter.',
    cases: paths('a mark in an nft filter chain does not route again'),
  },
  {
    point: 5,
    claim: 'The source address is kept.',
    cases: [
      ...here('the source that connect() chose is kept when DNAT sends it another way'),
      ...paths('a bound overlay address is kept'),
    ],
  },
  {
    point: 5,
    claim: 'Only a device that the socket is bound to holds the packet.',
    cases: [
      ...paths(
        'a socket bound to eth0 stays on eth0',
        'a socket bound to the overlay device works',
      ),
      ...here('a client bound to the overlay has its address and its segment size'),
    ],
  },
  {
    point: 5,
    claim:
      'Later chains of OUTPUT still see the device of the first route, POSTROUTING the new one.',
    cases: here(
      'OUTPUT chains after nat still see the first device, POSTROUTING the new one',
      'a rule for the device that is left in OUTPUT drops what leaves by another',
    ),
  },
  {
    point: 5,
    claim: 'A reroute that finds no way drops the packet.',
    cases: paths('a mark in mangle OUTPUT routes again'),
  },
  {
    point: 5,
    claim: 'SNAT in POSTROUTING does not route again.',
    cases: here('SNAT in POSTROUTING does not route again'),
  },
  {
    point: 6,
    claim: 'The src of the route is the source.',
    cases: [
      ...here('the src of a route is the source'),
      ...paths('a route for the Service range chooses the overlay source'),
    ],
  },
  {
    point: 6,
    claim: 'Without src it is the address of the device in whose subnet the gateway is.',
    cases: [
      ...here('without src the source is the address in the subnet of the gateway'),
      ...RANDOM.routes,
    ],
  },
  {
    point: 6,
    claim: 'A secondary address is not chosen.',
    cases: [...here('a secondary address is never the source'), ...RANDOM.routes],
  },
  {
    point: 6,
    claim: 'A device without an address sends with one of another device.',
    cases: here('a device without an address sends with that of another one'),
    open: 'which device comes first is the order in which they were made, which no snapshot holds: the model asks',
  },
  {
    point: 6,
    claim: 'MASQUERADE does not look at the src of the route.',
    cases: [
      ...here('MASQUERADE does not look at the src of the route'),
      ...conntrack('MASQUERADE takes the first address where the route has another source'),
    ],
  },
  {
    point: 6,
    claim: 'MASQUERADE takes the address in whose subnet the next hop is.',
    cases: here('MASQUERADE takes the address in the subnet of the next hop'),
  },
  {
    point: 7,
    claim: 'The longest prefix wins.',
    cases: [...here('the longest prefix wins, whatever the metric'), ...RANDOM.routes],
  },
  {
    point: 7,
    claim: 'Of equal prefixes the smallest metric wins.',
    cases: here('of equal prefixes the smallest metric wins', 'a larger metric does not count'),
  },
  {
    point: 7,
    claim: 'throw goes on with the next rule.',
    cases: here('throw goes on with the next rule', 'a table without a throw ends the search'),
  },
  {
    point: 7,
    claim: 'A rule can be inverted.',
    cases: here(
      'an inverted rule holds for all others',
      'an inverted rule does not hold for what it names',
    ),
  },
  {
    point: 7,
    claim: 'suppress_prefixlength skips what is not more specific.',
    cases: here(
      'suppress_prefixlength 0 skips a default route',
      'suppress_prefixlength 0 keeps a longer prefix',
    ),
  },
  {
    point: 7,
    claim: 'Each type of route and rule has its own error.',
    cases: [
      ...here(
        'a blackhole route is an invalid argument for its own node',
        'a prohibit route is not permitted for its own node',
        'an unreachable rule says that there is no route',
        'of equal prefixes the smallest metric wins',
      ),
      ...paths(
        'an unreachable route answers the pod',
        'an unreachable route fails the node at once',
        'a prohibit route is not permitted for the node',
        'a blackhole route is silent for the pod',
      ),
    ],
  },
  {
    point: 7,
    claim: 'Rules about the mark of the socket are obeyed.',
    cases: here('a rule about the mark of the socket is obeyed'),
  },
];
