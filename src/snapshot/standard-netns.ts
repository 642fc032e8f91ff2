import type { Device, InterfaceAddress } from '../kernel/device/device.ts';
import type { ListeningSocket, NetnsState, Origin } from '../kernel/netns-state.ts';
import type { Nexthop, Route } from '../kernel/routing/route.ts';
import { tableRule } from '../kernel/routing/table-rule.ts';
import { UNKNOWN_SYSCTLS } from '../kernel/sysctl.ts';
import { type Address, IPV4_ANY, IPV4_LOOPBACK, IPV6_LOOPBACK, ipv4 } from '../packet/address.ts';
import type { NetnsRef } from '../packet/place.ts';
import { hostPrefix, ipv4Mask, network, type Prefix } from '../packet/prefix.ts';

/** What a namespace that nobody captured is taken to be. */
export interface StandardNetns {
  readonly ref: NetnsRef;
  readonly origin: Extract<Origin, { readonly kind: 'assumed' }>;
  readonly kernelRelease: string | undefined;
  readonly mtu: number;
  readonly ifindex: number;
  readonly mac: string;
  readonly kind: Device['details'];
  readonly addresses: readonly StandardAddress[];
  /** Undefined when it is not known where it listens. */
  readonly sockets: readonly ListeningSocket[] | undefined;
}

export interface StandardAddress {
  readonly address: Address;
  readonly prefixLength: number;
  /** Where the default route of this family goes, or null for no default route. */
  readonly gateway: Address | null;
}

/** The device of a standard pod or host. */
export const STANDARD_DEVICE = 'eth0';

/**
 * Builds a standard namespace: `lo` and `eth0`, the routes that the kernel makes of the
 * addresses, a default route, no rules and no connections. Its sysctls stay unknown, so that
 * what depends on them is asked.
 */
export function standardNetns(standard: StandardNetns): NetnsState {
  const { ref, origin, kernelRelease, sockets } = standard;
  return {
    ref,
    origin,
    kernelRelease,
    devices: [LOOPBACK, ethernet(standard)],
    routing: {
      routes: [LOOPBACK_ROUTE, LOOPBACK_ROUTE_6, ...standard.addresses.flatMap(routesOf)],
      rules: [tableRule(0, 'local'), tableRule(32766, 'main'), tableRule(32767, 'default')],
      rules6: [tableRule(0, 'local'), tableRule(32766, 'main')],
    },
    sysctls: UNKNOWN_SYSCTLS,
    ruleset: { xtables: [], nft: [], unsupported: [] },
    ipsets: [],
    conntrack: [],
    neighbours: [],
    fdb: [],
    sockets,
  };
}

/** A made-up MAC from an IPv4 address, locally administered; null for others. */
export function madeUpMac(address: Address): string {
  const bits = address.family === 4 ? address.bits : Number(address.bits & 0xffffffffn);
  const octets = [bits >>> 24, (bits >>> 16) & 255, (bits >>> 8) & 255, bits & 255];
  return `0a:58:${octets.map((octet) => octet.toString(16).padStart(2, '0')).join(':')}`;
}

function interfaceAddress(address: Address, prefixLength: number): InterfaceAddress {
  return {
    address,
    prefixLength,
    peer: null,
    scope: 'global',
    secondary: false,
    broadcast: null,
  };
}

const LOOPBACK: Device = {
  name: 'lo',
  ifindex: 1,
  mtu: 65536,
  up: true,
  carrier: true,
  mac: null,
  noArp: true,
  promiscuous: false,
  master: null,
  bridgePort: null,
  addresses: [
    { ...interfaceAddress(IPV4_LOOPBACK, 8), scope: 'host' },
    { ...interfaceAddress(IPV6_LOOPBACK, 128), scope: 'host' },
  ],
  details: { kind: 'loopback' },
  source: null,
};

function ethernet(standard: StandardNetns): Device {
  return {
    name: STANDARD_DEVICE,
    ifindex: standard.ifindex,
    mtu: standard.mtu,
    up: true,
    carrier: true,
    mac: standard.mac,
    noArp: false,
    promiscuous: false,
    master: null,
    bridgePort: null,
    addresses: standard.addresses.map((a) => interfaceAddress(a.address, a.prefixLength)),
    details: standard.kind,
    source: null,
  };
}

function route(fields: {
  readonly type: Route['type'];
  readonly destination: Prefix;
  readonly table: 'main' | 'local';
  readonly scope: Route['scope'];
  readonly prefsrc: Address | null;
  readonly gateway?: Address | null;
  readonly device?: string;
}): Route {
  const nexthop: Nexthop = {
    gateway: fields.gateway ?? null,
    device: fields.device ?? STANDARD_DEVICE,
    weight: 1,
    onlink: false,
    dead: false,
    linkDown: false,
  };
  return {
    type: fields.type,
    destination: fields.destination,
    table: fields.table,
    scope: fields.scope,
    protocol: 'assumed',
    prefsrc: fields.prefsrc,
    metric: 0,
    tos: 0,
    nexthops: [nexthop],
    mtu: null,
    advmss: null,
    source: null,
  };
}

const LOOPBACK_ROUTE = route({
  type: 'local',
  destination: { address: ipv4(0x7f000000), length: 8 },
  table: 'local',
  scope: 'host',
  prefsrc: IPV4_LOOPBACK,
  device: 'lo',
});

const LOOPBACK_ROUTE_6 = route({
  type: 'local',
  destination: hostPrefix(IPV6_LOOPBACK),
  table: 'local',
  scope: 'global',
  prefsrc: null,
  device: 'lo',
});

/** The routes the kernel makes of an address, and the default one. Linux: fib_add_ifaddr(). */
function routesOf({ address, prefixLength, gateway }: StandardAddress): readonly Route[] {
  const four = address.family === 4;
  const prefsrc = four ? address : null;
  const subnet = network({ address, length: prefixLength });
  const own = hostPrefix(address);
  const routes = [
    route({ type: 'local', destination: own, table: 'local', scope: 'host', prefsrc }),
  ];
  if (prefixLength < (four ? 31 : 128)) {
    routes.push(
      route({ type: 'unicast', destination: subnet, table: 'main', scope: 'link', prefsrc }),
    );
  }
  if (address.family === 4 && prefixLength < 31) {
    const broadcast = ipv4(address.bits | (~ipv4Mask(prefixLength) >>> 0));
    const destination = hostPrefix(broadcast);
    routes.push(route({ type: 'broadcast', destination, table: 'local', scope: 'link', prefsrc }));
  }
  if (gateway) {
    const any: Address = four ? IPV4_ANY : { family: 6, bits: 0n };
    const destination = { address: any, length: 0 };
    routes.push(
      route({
        type: 'unicast',
        destination,
        table: 'main',
        scope: 'global',
        prefsrc: null,
        gateway,
      }),
    );
  }
  return routes;
}
