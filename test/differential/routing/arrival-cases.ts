/** State of the namespace `host` that several packets meet. */
export interface Scene {
  readonly name: string;
  /** Lines of `ip -batch` and arguments of `iptables-legacy`, after those of every scene. */
  readonly ip: readonly string[];
  readonly iptables: readonly string[];
  readonly arrivals: readonly ArrivalCase[];
}

/** A datagram that comes in by a device. */
export interface ArrivalCase {
  readonly name: string;
  readonly iif: 'd0' | 'd1' | 'd2';
  readonly from: string;
  readonly to: string;
  readonly sysctls?: Readonly<Record<string, string>>;
  readonly ttl?: number;
  readonly length?: number;
  readonly dontFragment?: boolean;
  readonly dport?: number;
}

/**
 * `d0` has 10.0.0.2/24 and a route to 10.20.0.0/16, `d1` has 10.0.1.2/24 and the default route,
 * `d2` has no address.
 */
export const EVERY_SCENE: readonly string[] = [
  'addr add 10.0.0.2/24 dev d0',
  'addr add 10.0.1.2/24 dev d1',
  'addr add 192.168.99.9/32 dev lo',
  ...['d0', 'd1', 'd2'].map((device) => `link set ${device} up`),
  'route add default via 10.0.1.1 dev d1',
  'route add 10.20.0.0/16 via 10.0.0.1 dev d0',
  'neigh add 10.0.0.1 lladdr 02:00:00:00:00:99 dev d0 nud permanent',
  'neigh add 10.0.1.1 lladdr 02:00:00:00:00:99 dev d1 nud permanent',
  // A neighbour that does not answer would make errors about packets that are long past.
  'neigh add 10.0.1.7 lladdr 02:00:00:00:00:99 dev d1 nud permanent',
];

/** Settings before every packet, unless the case has another value. */
export const USUAL_SYSCTLS: Readonly<Record<string, string>> = Object.fromEntries([
  ['net.ipv4.icmp_ratelimit', '0'],
  ...['all', 'd0', 'd1', 'd2'].flatMap((device) =>
    (
      [
        ['rp_filter', '0'],
        ['accept_local', '0'],
        ['route_localnet', '0'],
        ['src_valid_mark', '0'],
        ['send_redirects', '1'],
        ['bc_forwarding', '0'],
        // Only a device's own key counts; writing that of `all` would change them all.
        ...(device === 'all' ? [] : [['forwarding', '1']]),
      ] as const
    ).map(([key, value]) => [`net.ipv4.conf.${device}.${key}`, value]),
  ),
]);

const conf = (values: Readonly<Record<string, number>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(values).map(([key, value]) => [`net.ipv4.conf.${key}`, String(value)]),
  );

const MODES = [0, 1, 2] as const;

/** Where a source may lie, as seen from the device the packet comes in by. */
const SOURCES = [
  { what: 'a source behind the device', iif: 'd0', from: '10.20.0.5' },
  { what: 'a source behind another device', iif: 'd0', from: '8.8.8.8' },
  { what: 'any source on a device without address', iif: 'd2', from: '10.20.0.5' },
  { what: 'an own address as source', iif: 'd0', from: '10.0.1.2' },
] as const;

const DESTINATIONS = [
  { what: 'for this host', to: '10.0.0.2' },
  { what: 'forwarded', to: '10.0.1.7' },
  { what: 'forwarded back', to: '10.20.7.7' },
] as const;

/** Every pair of `all` and device modes with every source and destination. */
const MODE_CASES: readonly ArrivalCase[] = MODES.flatMap((all) =>
  MODES.flatMap((own) =>
    SOURCES.flatMap(({ what, iif, from }) =>
      DESTINATIONS.filter(({ to }) => to === '10.0.0.2' || all !== own).map((destination) => ({
        name: `rp_filter all=${all} own=${own}: ${what}, ${destination.what}`,
        iif,
        from,
        to: destination.to,
        sysctls: conf({ 'all.rp_filter': all, [`${iif}.rp_filter`]: own }),
      })),
    ),
  ),
);

const accepting = (device: string): Readonly<Record<string, string>> =>
  conf({ [`${device}.accept_local`]: 1 });

const MARTIANS: readonly ArrivalCase[] = [
  { name: 'a multicast source', iif: 'd0', from: '224.1.2.3', to: '10.0.0.2' },
  { name: 'the limited broadcast as source', iif: 'd0', from: '255.255.255.255', to: '10.0.0.2' },
  { name: 'source 0.0.0.0', iif: 'd0', from: '0.0.0.0', to: '10.0.0.2' },
  { name: 'a source in 0/8 is an ordinary one', iif: 'd0', from: '0.1.2.3', to: '10.0.0.2' },
  { name: 'a source in 240/4 is an ordinary one', iif: 'd0', from: '240.1.2.3', to: '10.0.0.2' },
  { name: 'destination 0.0.0.0', iif: 'd0', from: '10.20.0.5', to: '0.0.0.0' },
  { name: 'all zero is a broadcast', iif: 'd0', from: '0.0.0.0', to: '0.0.0.0' },
  { name: 'the limited broadcast is local', iif: 'd0', from: '10.20.0.5', to: '255.255.255.255' },
  { name: 'the subnet broadcast is local', iif: 'd0', from: '10.20.0.5', to: '10.0.0.255' },
  {
    name: 'the subnet broadcast of another device is local too',
    iif: 'd0',
    from: '10.20.0.5',
    to: '10.0.1.255',
  },
  {
    name: 'a directed broadcast is forwarded where that is on',
    iif: 'd0',
    from: '10.20.0.5',
    to: '10.0.1.255',
    sysctls: conf({ 'd0.bc_forwarding': 1, 'd1.bc_forwarding': 1, 'all.bc_forwarding': 1 }),
  },
  {
    name: 'a broadcast with a source behind another device meets strict rp_filter',
    iif: 'd0',
    from: '8.8.8.8',
    to: '255.255.255.255',
    sysctls: conf({ 'd0.rp_filter': 1 }),
  },
  {
    name: 'a broadcast from an own address',
    iif: 'd0',
    from: '10.0.0.2',
    to: '255.255.255.255',
  },
  { name: 'a broadcast address as source', iif: 'd0', from: '10.0.0.255', to: '10.0.0.2' },
  {
    name: 'a broadcast address as source, strict',
    iif: 'd0',
    from: '10.0.0.255',
    to: '10.0.0.2',
    sysctls: conf({ 'd0.rp_filter': 1 }),
  },
  { name: 'a loopback destination', iif: 'd0', from: '10.20.0.5', to: '127.0.0.1' },
  { name: 'a loopback source', iif: 'd0', from: '127.0.0.1', to: '10.0.0.2' },
  {
    name: 'a loopback destination with route_localnet of the device',
    iif: 'd0',
    from: '10.20.0.5',
    to: '127.0.0.1',
    sysctls: conf({ 'd0.route_localnet': 1 }),
  },
  {
    name: 'a loopback destination with route_localnet of all',
    iif: 'd0',
    from: '10.20.0.5',
    to: '127.0.0.1',
    sysctls: conf({ 'all.route_localnet': 1 }),
  },
  {
    name: 'a loopback destination with route_localnet of another device',
    iif: 'd0',
    from: '10.20.0.5',
    to: '127.0.0.1',
    sysctls: conf({ 'd1.route_localnet': 1 }),
  },
  {
    name: 'a loopback source with route_localnet is still an own address',
    iif: 'd0',
    from: '127.0.0.1',
    to: '10.0.0.2',
    sysctls: conf({ 'd0.route_localnet': 1 }),
  },
  {
    name: 'a loopback source with route_localnet and accept_local',
    iif: 'd0',
    from: '127.0.0.1',
    to: '10.0.0.2',
    sysctls: conf({ 'd0.route_localnet': 1, 'd0.accept_local': 1 }),
  },
  {
    name: 'a loopback source with route_localnet, accept_local and strict rp_filter',
    iif: 'd0',
    from: '127.0.0.1',
    to: '10.0.0.2',
    sysctls: conf({ 'd0.route_localnet': 1, 'd0.accept_local': 1, 'd0.rp_filter': 1 }),
  },
];

const LOCAL_SOURCES: readonly ArrivalCase[] = [
  { name: 'the receiver as sender', iif: 'd0', from: '10.0.0.2', to: '10.0.0.2' },
  {
    name: 'an own source with accept_local of the device',
    iif: 'd0',
    from: '10.0.1.2',
    to: '10.0.0.2',
    sysctls: accepting('d0'),
  },
  {
    name: 'an own source with accept_local of all',
    iif: 'd0',
    from: '10.0.1.2',
    to: '10.0.0.2',
    sysctls: accepting('all'),
  },
  {
    name: 'an own source with accept_local of another device',
    iif: 'd0',
    from: '10.0.1.2',
    to: '10.0.0.2',
    sysctls: accepting('d1'),
  },
  ...MODES.slice(1).flatMap((mode) => [
    {
      name: `an own source with accept_local, rp_filter ${mode}, on the device that has it`,
      iif: 'd0' as const,
      from: '10.0.0.2',
      to: '10.0.0.2',
      sysctls: { ...accepting('d0'), ...conf({ 'd0.rp_filter': mode }) },
    },
    {
      name: `an own source with accept_local, rp_filter ${mode}, on another device`,
      iif: 'd0' as const,
      from: '10.0.1.2',
      to: '10.0.0.2',
      sysctls: { ...accepting('d0'), ...conf({ 'd0.rp_filter': mode }) },
    },
    {
      name: `an own source of lo with accept_local, rp_filter ${mode}`,
      iif: 'd0' as const,
      from: '192.168.99.9',
      to: '10.0.0.2',
      sysctls: { ...accepting('d0'), ...conf({ 'd0.rp_filter': mode }) },
    },
  ]),
  {
    name: 'an own source that would be forwarded, with accept_local',
    iif: 'd0',
    from: '10.0.1.2',
    to: '10.0.1.7',
    sysctls: accepting('d0'),
  },
  {
    name: 'an own source forwarded back, redirects off',
    iif: 'd0',
    from: '10.0.1.2',
    to: '10.20.7.7',
    sysctls: conf({ 'all.send_redirects': 0, 'd0.send_redirects': 0 }),
  },
];

const FORWARDING: readonly ArrivalCase[] = [
  {
    name: 'forwarding off on the device it comes in by',
    iif: 'd0',
    from: '10.20.0.5',
    to: '10.0.1.7',
    sysctls: conf({ 'd0.forwarding': 0 }),
  },
  {
    name: 'forwarding off on the device it would leave by',
    iif: 'd0',
    from: '10.20.0.5',
    to: '10.0.1.7',
    sysctls: conf({ 'd1.forwarding': 0 }),
  },
  {
    name: 'forwarding off and rp_filter strict: forwarding is looked at first',
    iif: 'd0',
    from: '8.8.8.8',
    to: '10.0.1.7',
    sysctls: conf({ 'd0.forwarding': 0, 'd0.rp_filter': 1 }),
  },
  { name: 'a hop count of 1', iif: 'd0', from: '10.20.0.5', to: '10.0.1.7', ttl: 1 },
  { name: 'a hop count of 2', iif: 'd0', from: '10.20.0.5', to: '10.0.1.7', ttl: 2 },
  { name: 'a hop count of 1 for this host', iif: 'd0', from: '10.20.0.5', to: '10.0.0.2', ttl: 1 },
];

const ROUTE_TYPES = ['blackhole', 'unreachable', 'prohibit', 'throw'] as const;

const typed = (type: string, i: number): readonly ArrivalCase[] => [
  { name: `to a route of type ${type}`, iif: 'd0', from: '10.20.0.5', to: `30.${i}.0.1` },
  {
    name: `to a route of type ${type}, forwarding off`,
    iif: 'd0',
    from: '10.20.0.5',
    to: `30.${i}.0.1`,
    sysctls: conf({ 'd0.forwarding': 0 }),
  },
  ...MODES.map((mode) => ({
    name: `from a route of type ${type}, rp_filter ${mode}`,
    iif: 'd0' as const,
    from: `30.${i}.0.1`,
    to: '10.0.0.2',
    sysctls: conf({ 'd0.rp_filter': mode }),
  })),
];

export const SCENES: readonly Scene[] = [
  { name: 'modes', ip: [], iptables: [], arrivals: MODE_CASES },
  {
    name: 'martians and own sources',
    ip: [],
    iptables: [],
    arrivals: [...MARTIANS, ...LOCAL_SOURCES, ...FORWARDING],
  },
  {
    name: 'route types',
    ip: [
      'route del default',
      ...ROUTE_TYPES.map((type, i) => `route add ${type} 30.${i}.0.0/16`),
      'route add 40.0.0.0/8 mtu 1200 via 10.0.1.1 dev d1',
      'link set d1 mtu 1400',
      'route add 41.0.0.0/8 via 10.0.1.1 dev d1',
    ],
    iptables: [],
    arrivals: [
      ...ROUTE_TYPES.flatMap(typed),
      { name: 'to nowhere', iif: 'd0', from: '10.20.0.5', to: '50.0.0.1' },
      {
        name: 'to nowhere, forwarding off',
        iif: 'd0',
        from: '10.20.0.5',
        to: '50.0.0.1',
        sysctls: conf({ 'd0.forwarding': 0 }),
      },
      ...MODES.map((mode) => ({
        name: `from nowhere, rp_filter ${mode}`,
        iif: 'd0' as const,
        from: '50.0.0.1',
        to: '10.0.0.2',
        sysctls: conf({ 'd0.rp_filter': mode }),
      })),
      ...([1200, 1201] as const).flatMap((length) =>
        [true, false].map((dontFragment) => ({
          name: `${length} bytes to a route of 1200, DF ${dontFragment ? 'set' : 'clear'}`,
          iif: 'd0' as const,
          from: '10.20.0.5',
          to: '40.0.0.1',
          length,
          dontFragment,
        })),
      ),
      ...([1400, 1401] as const).flatMap((length) =>
        [true, false].map((dontFragment) => ({
          name: `${length} bytes to a device of 1400, DF ${dontFragment ? 'set' : 'clear'}`,
          iif: 'd0' as const,
          from: '10.20.0.5',
          to: '41.0.0.1',
          length,
          dontFragment,
        })),
      ),
      {
        name: 'too big and a hop count of 1: the hop count is looked at first',
        iif: 'd0',
        from: '10.20.0.5',
        to: '40.0.0.1',
        length: 1201,
        dontFragment: true,
        ttl: 1,
      },
    ],
  },
  {
    name: 'marks and rules',
    ip: [
      'rule add priority 100 fwmark 1 lookup 100',
      'rule add priority 101 iif d2 lookup 101',
      'rule add priority 102 from 10.0.0.2 to 8.8.4.4 lookup 102',
      'rule add priority 103 dport 4002 ipproto udp lookup 103',
      'rule add priority 104 to 60.0.0.0/8 prohibit',
      'rule add priority 105 from 61.0.0.0/8 blackhole',
      'route add default via 10.0.0.1 dev d0 table 100',
      'route add default via 10.0.0.1 dev d0 table 101',
      'route add default via 10.0.0.1 dev d0 table 102',
      'route add blackhole default table 103',
    ],
    iptables: ['-t mangle -A PREROUTING -s 8.0.0.0/8 -j MARK --set-mark 1'],
    arrivals: [
      ...MODES.flatMap((mode) =>
        [0, 1].flatMap((mark) => [
          {
            name: `a marked packet for this host, rp_filter ${mode}, src_valid_mark ${mark}`,
            iif: 'd0' as const,
            from: '8.8.8.8',
            to: '10.0.0.2',
            sysctls: conf({ 'd0.rp_filter': mode, 'd0.src_valid_mark': mark }),
          },
          {
            name: `a marked packet on the device of main, rp_filter ${mode}, src_valid_mark ${mark}`,
            iif: 'd1' as const,
            from: '8.8.8.8',
            to: '10.0.0.2',
            sysctls: conf({ 'd1.rp_filter': mode, 'all.src_valid_mark': mark }),
          },
          {
            name: `a marked packet forwarded by its mark, rp_filter ${mode}, src_valid_mark ${mark}`,
            iif: 'd1' as const,
            from: '8.8.8.8',
            to: '70.0.0.1',
            sysctls: conf({ 'd1.rp_filter': mode, 'd1.src_valid_mark': mark }),
          },
        ]),
      ),
      {
        name: 'the reverse lookup sees the destination as its source',
        iif: 'd0',
        from: '8.8.4.4',
        to: '10.0.0.2',
        sysctls: conf({ 'd0.rp_filter': 1 }),
      },
      {
        name: 'the reverse lookup of a forwarded packet comes in by its output device',
        iif: 'd0',
        from: '9.9.9.9',
        to: '10.0.1.7',
        sysctls: conf({ 'd0.rp_filter': 1 }),
      },
      { name: 'a rule about the input device', iif: 'd2', from: '10.20.0.5', to: '70.0.0.1' },
      {
        name: 'a rule about a port',
        iif: 'd0',
        from: '10.20.0.5',
        to: '70.0.0.1',
        dport: 4002,
      },
      {
        name: 'a rule about a port, port not matching',
        iif: 'd0',
        from: '10.20.0.5',
        to: '70.0.0.1',
        dport: 4003,
      },
      { name: 'a prohibit rule', iif: 'd0', from: '10.20.0.5', to: '60.0.0.1' },
      { name: 'a blackhole rule about the source', iif: 'd0', from: '61.0.0.1', to: '10.0.0.2' },
      {
        name: 'a blackhole rule about the source, forwarded',
        iif: 'd0',
        from: '61.0.0.1',
        to: '10.0.1.7',
      },
      {
        name: 'with rules an own source is found by the lookup',
        iif: 'd0',
        from: '10.0.1.2',
        to: '10.0.0.2',
      },
      {
        name: 'with rules and accept_local an own source passes',
        iif: 'd0',
        from: '10.0.1.2',
        to: '10.0.0.2',
        sysctls: accepting('d0'),
      },
      {
        name: 'with rules a broadcast source is found by the lookup',
        iif: 'd0',
        from: '10.0.0.255',
        to: '10.0.0.2',
      },
    ],
  },
  {
    name: 'several legs, own local routes',
    ip: [
      'route add 80.0.0.0/8 nexthop via 10.0.0.1 dev d0 nexthop via 10.0.1.1 dev d1',
      'route add local 81.0.0.0/8 dev lo',
      'route add local 82.0.0.0/8 dev d1',
    ],
    iptables: [],
    arrivals: [
      ...MODES.flatMap((mode) =>
        (['d0', 'd1', 'd2'] as const).map((iif) => ({
          name: `a source behind two devices comes in by ${iif}, rp_filter ${mode}`,
          iif,
          from: '80.0.0.1',
          to: '10.0.0.2',
          sysctls: conf({ [`${iif}.rp_filter`]: mode }),
        })),
      ),
      { name: 'to a local route of lo', iif: 'd0', from: '10.20.0.5', to: '81.1.1.1' },
      { name: 'to a local route of a device', iif: 'd0', from: '10.20.0.5', to: '82.1.1.1' },
      { name: 'from a local route', iif: 'd0', from: '81.1.1.1', to: '10.0.0.2' },
      {
        name: 'from a local route with accept_local',
        iif: 'd0',
        from: '81.1.1.1',
        to: '10.0.0.2',
        sysctls: accepting('d0'),
      },
      {
        name: 'from a local route of another device, accept_local and strict',
        iif: 'd0',
        from: '82.1.1.1',
        to: '10.0.0.2',
        sysctls: { ...accepting('d0'), ...conf({ 'd0.rp_filter': 1 }) },
      },
      {
        name: 'from a local route of the device, accept_local and strict',
        iif: 'd1',
        from: '82.1.1.1',
        to: '10.0.1.2',
        sysctls: { ...accepting('d1'), ...conf({ 'd1.rp_filter': 1 }) },
      },
    ],
  },
];
